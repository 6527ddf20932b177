import type { Channel, OutreachEvent, OutreachRequested } from '@homing/contracts';
import {
  bookEntriesOf,
  chooseRestartTime,
  entryKey,
  fenceEvents,
  legWanted,
  react,
  nextChargeKey,
  rebookAsks,
  rebookingsWanted,
  reclaimOf,
  type BookEntry,
  type ChosenSendTime,
  type KnownConsent,
  type LedgerAsk,
  type LegAnswer,
  type OpenReservation,
  type OutreachState,
  type RebookAnswer,
  type Rebooking,
} from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import { campaignDay, recipientClock, type Rules } from '@homing/intake/rules';
import { crashPoint } from '@homing/service-kit';
import { planNextLeg, undoneOf } from './next-leg.planner.js';
import { askBooks, bookingOf, enterBooks, type AskedBooks } from '../keep-books/ledger.runner.js';
import { placeMessage, type Placed } from '../keep-books/message.placing.js';

export interface FollowParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly books: AskedBooks;
  readonly rulesOf: (request: { tenantId: string; campaignKey?: string }) => Promise<Rules>;
  /** `heldBackKey` of those of the requests' contacts that are held back. */
  readonly suppressed: (requests: readonly OutreachRequested[]) => Promise<ReadonlySet<string>>;
  /** When the persons of requests last wrote to us, in their order. Absent: they are held to have written never. */
  readonly lastInboundOf?: (
    requests: readonly OutreachRequested[],
  ) => Promise<readonly (Readonly<Partial<Record<Channel, string>>> | undefined)[]>;
  /** What the register of consent says of the contacts. Absent: there is no register, and nothing is demanded. */
  readonly consentsOf?: (requests: readonly OutreachRequested[]) => Promise<readonly (readonly KnownConsent[])[]>;
  /** Reservations that stand open for an outreach, as far as projected. */
  readonly openReservations: (outreachId: string) => Promise<readonly OpenReservation[]>;
  /** Age at which a reservation that no commit explains is reclaimed. Default `RECLAIM_AFTER_MS`. */
  readonly reclaimAfterMs?: number;
  readonly instance: string;
  readonly now: () => string;
}

export interface Follow {
  readonly outreachId: string;
  readonly tenantId: string;
  /** Where to start from; absent: the stream is read. */
  readonly known?: Folded<OutreachState> | undefined;
  readonly causationId: string;
}

/**
 * Does what follows from how an outreach stands: has a retry booked and plans it, closes what has ended, settles, and squares
 * the books. Every append is at the exact revision and every entry is keyed, so repeating it is harmless.
 */
export async function followOutreach(parts: FollowParts, follow: Follow): Promise<Folded<OutreachState>> {
  let after = await followOnce(parts, follow);
  // Each round plans one step of a chain or passes one over.
  for (let before = follow.known?.revision; legWanted(after.state, parts.now()) && after.revision !== before;) {
    before = after.revision;
    after = await followOnce(parts, { ...follow, known: after });
  }
  return after;
}

async function followOnce(parts: FollowParts, follow: Follow): Promise<Folded<OutreachState>> {
  const now = parts.now();
  const seen = follow.known;
  // A projection may be far behind: what is long over would be booked, and charged, once more.
  const asks = seen && (rebookingsWanted(seen.state, now).length > 0 || legWanted(seen.state, now) !== undefined);
  const known = seen && !asks ? seen : await readOutreach(parts.store, follow.outreachId);
  const rebooked = new Map<number, RebookAnswer | LegAnswer>();
  for (const rebooking of rebookingsWanted(known.state, now)) {
    rebooked.set(rebooking.leg, await rebook(parts, known.state, { ...rebooking, now }));
  }
  const next = await planNextLeg(parts, known.state, now);
  if (next) rebooked.set(next.leg, next.answer);
  crashPoint('orchestrator.before-reaction');
  const after = await change(parts, { ...follow, known }, 'react', (state) => react(state, now, rebooked));
  crashPoint('orchestrator.after-reaction');
  await enterBooks(parts.books, follow.tenantId, [...bookEntriesOf(after.state), ...undoneOf(after.state, next)]);
  return after;
}

/** Takes back what is nobody's: first whoever may still be at it is fenced off in the stream, then it is released. */
export async function reclaimReservations(parts: FollowParts, follow: Follow): Promise<Folded<OutreachState>> {
  const open = await parts.openReservations(follow.outreachId);
  const known = follow.known ?? (await readOutreach(parts.store, follow.outreachId));
  if (open.length === 0) return known;
  const now = parts.now();
  const { reclaimAfterMs: afterMs } = parts;
  const { outreachId, tenantId } = follow;
  const fenced = await change(parts, { ...follow, known }, 'reclaim', (state) =>
    fenceEvents(state, reclaimOf(state, open, { now, afterMs }), { outreachId, now }),
  );
  const { release } = reclaimOf(fenced.state, open, { now, afterMs });
  await enterBooks(parts.books, tenantId, [...release, ...owedAmong(fenced.state, open)]);
  return fenced;
}

/** Of what stands open: what was charged (or was made again after it had been), and what is over. */
const owedAmong = (state: OutreachState, open: readonly OpenReservation[]): BookEntry[] =>
  bookEntriesOf(state).filter((entry) =>
    open.some(({ stream, key }) => stream === entry.stream && key === entryKey(entry)),
  );

interface WantedRebooking extends Rebooking {
  /** No later than when the outreach was read. */
  readonly now: string;
}

async function rebook(parts: FollowParts, state: OutreachState, wanted: WantedRebooking): Promise<RebookAnswer> {
  if (state.status === 'none') throw new Error('nothing was decided that could be booked anew');
  const { attempt, fence, leg, now } = wanted;
  const { request } = state;
  const delivery = state.deliveries.find((each) => each.leg === leg);
  if (!delivery) throw new Error('what is booked anew is a leg of the outreach');
  const { policy, campaign, zone, tenantZone = 'UTC', ...rules } = await parts.rulesOf(request);
  const limits = campaign?.limits;
  const clock = recipientClock({ policy, zone, ...rules }, { ...request, sendAt: wanted.at }, now);
  const refused = ({ reason }: { reason: string }): RebookAnswer => ({ kind: 'refused', attempt, fence, reason });
  const wish = chooseRestartTime(state, wanted, { rules: policy.sendTime, clock });
  if (wish.kind === 'refused') return refused(wish);
  const place = (when: ChosenSendTime, only: boolean): Promise<Placed> =>
    placeMessage(
      { books: parts.books, zone, tenantZone },
      {
        ...{ tenantId: request.tenantId, expiresAt: request.expiresAt, urgency: request.urgency },
        ...{ key: nextChargeKey(state, delivery), channel: delivery.channel, wanted: when, only },
        ...{ policy, campaign: limits, clock, attempt, moves: true, now },
      },
    );
  const room = await place(wish, false);
  if (room.kind === 'full') return refused(room.refusal);
  const when = room.kind === 'placed' ? room.when : wish;
  const asksAt = (at: string): LedgerAsk[] => {
    const day = limits && campaignDay(at, zone);
    const { openUntil } = when;
    return rebookAsks(
      state,
      { ...wanted, at },
      { limits: policy.contactLimits, campaign: limits, day, openUntil, now },
    );
  };
  const own = await askBooks(parts.books, request.tenantId, asksAt(when.at).slice(0, 1));
  if (own.verdict.kind === 'none') throw new Error('a booked leg has its person’s book');
  if (own.verdict.kind === 'refused') return refused(own.verdict);
  const { slot } = own.verdict;
  // What another planned for it before is followed, in all the books.
  const pinned = slot.at === when.at ? room : await place({ ...wish, at: slot.at }, true);
  if (pinned.kind === 'full') return refused(pinned.refusal);
  const rest = await askBooks(parts.books, request.tenantId, asksAt(slot.at).slice(1));
  if (rest.verdict.kind === 'refused') return refused(rest.verdict);
  const round = delivery.plan.booking?.round ?? 1;
  const places = pinned.kind === 'placed' ? pinned.taken : [];
  const booking = bookingOf(round, { slot, taken: [...own.taken, ...rest.taken, ...places] });
  return { kind: 'booked', attempt, fence, at: slot.at, booking };
}

function change(
  parts: FollowParts,
  { outreachId, tenantId, known, causationId }: Follow,
  what: string,
  decide: (state: OutreachState) => readonly OutreachEvent[],
): Promise<Folded<OutreachState>> {
  const commandId = `${what}:${causationId}`;
  return changeOutreach(parts.store, parts.instance, {
    outreachId,
    tenantId,
    known,
    decide,
    commandId,
    causationId,
    now: parts.now(),
  });
}
