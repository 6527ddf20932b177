import type { OutreachEvent } from '@homing/contracts';
import {
  bookEntriesOf,
  chooseRestartTime,
  entryKey,
  fenceEvents,
  react,
  rebookAsks,
  rebookingsWanted,
  reclaimOf,
  type BookEntry,
  type LedgerAsk,
  type OpenReservation,
  type OutreachState,
  type RebookAnswer,
  type Rebooking,
} from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import { campaignDay, recipientClock, type Rules } from '@homing/intake/rules';
import { crashPoint } from '@homing/service-kit';
import { askBooks, bookingOf, enterBooks, type AskedBooks } from '../keep-books/ledger.runner.js';

export interface FollowParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly books: AskedBooks;
  readonly rulesOf: (request: { tenantId: string; campaignKey?: string }) => Promise<Rules>;
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
  const now = parts.now();
  const seen = follow.known;
  // A projection may be far behind: what is long over would be booked, and charged, once more.
  const known =
    seen && rebookingsWanted(seen.state, now).length === 0 ? seen : await readOutreach(parts.store, follow.outreachId);
  const rebooked = new Map<number, RebookAnswer>();
  for (const rebooking of rebookingsWanted(known.state, now)) {
    rebooked.set(rebooking.leg, await rebook(parts, known.state, { ...rebooking, now }));
  }
  crashPoint('orchestrator.before-reaction');
  const after = await change(parts, { ...follow, known }, 'react', (state) => react(state, now, rebooked));
  crashPoint('orchestrator.after-reaction');
  await enterBooks(parts.books, follow.tenantId, bookEntriesOf(after.state));
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
  const rules = await parts.rulesOf(request);
  const { policy, campaign, zone } = rules;
  const limits = campaign?.limits;
  const clock = recipientClock(rules, { ...request, sendAt: wanted.at }, now);
  const when = chooseRestartTime(state, wanted, { rules: policy.sendTime, clock });
  if (when.kind === 'refused') return { kind: 'refused', attempt, fence, reason: when.reason };
  const { openUntil } = when;
  const asksAt = (at: string): LedgerAsk[] => {
    const day = limits && campaignDay(at, zone);
    return rebookAsks(
      state,
      { ...wanted, at },
      { limits: policy.contactLimits, campaign: limits, day, openUntil, now },
    );
  };
  const own = await askBooks(parts.books, request.tenantId, asksAt(when.at).slice(0, 1));
  if (own.verdict.kind === 'none') throw new Error('a booked leg has its person’s book');
  if (own.verdict.kind === 'refused') return { kind: 'refused', attempt, fence, reason: own.verdict.reason };
  const { slot } = own.verdict;
  // What another planned for it before is followed, in all the books.
  const rest = await askBooks(parts.books, request.tenantId, asksAt(slot.at).slice(1));
  if (rest.verdict.kind === 'refused') return { kind: 'refused', attempt, fence, reason: rest.verdict.reason };
  const round = state.deliveries.find((delivery) => delivery.leg === leg)?.plan.booking?.round ?? 1;
  const booking = bookingOf(round, { slot, taken: [...own.taken, ...rest.taken] });
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
