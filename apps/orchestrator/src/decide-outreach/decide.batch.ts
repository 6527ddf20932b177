import { parseReservationKey, type OutreachRequested } from '@homing/contracts';
import {
  bookEntriesOf,
  decideOutreach,
  decisionAnswer,
  emptyOutreach,
  entryKey,
  fenceEvents,
  roundOf,
  type BookEntry,
  type DecisionInputs,
  type DecisionPolicy,
  type EngagementHistory,
  type HourHistory,
  type KnownConsent,
  type OutreachState,
} from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { fromAcceptedRecord, fromErasedRecord, type AcceptedRequest } from '@homing/intake';
import { recipientClock, selectionInputs, type Rules } from '@homing/intake/rules';
import { PoisonError, rejected } from '@homing/messaging';
import { crashPoint } from '@homing/service-kit';
import { inSpan } from '@homing/service-kit/telemetry';
import type { VaultIntake } from '@homing/vault/intake';
import { changeOutreach } from '@homing/event-store/outreach';
import { bookDecision, releaseEarlierRounds } from '../keep-books/decision.booking.js';
import { heldBackKey } from '../keep-books/held-back.gatherer.js';
import { enterBooks, type AskedBooks, type UndoEntry } from '../keep-books/ledger.runner.js';
import { noteDecision, timed } from './decision.metrics.js';
import { refuseForErasure } from './erased.refusal.js';
import type { LastInboundAt } from './last-inbound.reader.js';
import { followStored, type Decided } from './stored.decision.js';

export interface DecideParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly vault: Pick<VaultIntake, 'loadAccepted' | 'markFed'>;
  readonly policy: DecisionPolicy;
  readonly books: AskedBooks;
  /** The rules of a batch, in its order. */
  readonly rulesOf: (requests: readonly OutreachRequested[]) => Promise<readonly Rules[]>;
  /** `heldBackKey` of a batch's contacts that are held back. */
  readonly suppressed: (requests: readonly OutreachRequested[]) => Promise<ReadonlySet<string>>;
  /** What the register of consent says of a batch's contacts, in its order. Absent: there is no register, and nothing is demanded. */
  readonly consentsOf?: (requests: readonly OutreachRequested[]) => Promise<readonly (readonly KnownConsent[])[]>;
  /** How a batch's tenants engaged people before, in its order. Absent: nothing is known of it. */
  readonly engagementOf?: (requests: readonly OutreachRequested[]) => Promise<readonly EngagementHistory[]>;
  /** At which hours tenants' messages engaged people; asked for those who want it learned alone. Absent: nothing is known of it. */
  readonly hoursOf?: (tenantIds: readonly string[]) => Promise<ReadonlyMap<string, HourHistory>>;
  /** When the persons of a batch last wrote to us, in its order. Absent: nothing is known of it. */
  readonly lastInboundOf?: (requests: readonly OutreachRequested[]) => Promise<readonly (LastInboundAt | undefined)[]>;
  readonly instance: string;
  readonly now: () => string;
}

export interface ToDecide {
  readonly outreachId: string;
  readonly causationId: string;
  /** Most likely nobody has decided it yet: its stream is not read first. Being wrong costs a conflict. */
  readonly fresh?: boolean;
  readonly traceparent?: string | undefined;
  /** When the request arrived in this process, in milliseconds of `performance.now()`. */
  readonly arrivedAt?: number;
}

/**
 * Decides a micro-batch of accepted requests: one read of the vault and of the rules; for each a pure plan, its bookings, and
 * one append (its commit point). What is stored already is followed, never decided again; what was asked for a person who was
 * erased since is refused. Answers in the order given; an item that cannot be decided rejects alone.
 */
export async function decideBatch(
  parts: DecideParts,
  batch: readonly ToDecide[],
): Promise<PromiseSettledResult<Decided>[]> {
  const records = await parts.vault.loadAccepted([...new Set(batch.map((item) => item.outreachId))]);
  const accepted = new Map(
    records.flatMap((record) => {
      const request = fromAcceptedRecord(record, parts.policy.defaultLifetimeHours);
      return request && !record.fed ? [[record.outreachId, request] as const] : [];
    }),
  );
  const erased = new Map(
    records.flatMap((record) => {
      const request = record.fed ? undefined : fromErasedRecord(record, parts.policy.defaultLifetimeHours);
      return request ? [[record.outreachId, request] as const] : [];
    }),
  );
  const gathered = await gather(parts, [...accepted.values()]);
  const known = new Set(records.map((record) => record.outreachId));
  crashPoint('orchestrator.before-commit');
  const results = await Promise.allSettled(
    [...new Map(batch.map((item) => [item.outreachId, item])).values()].map(async (item) => {
      // Only intake makes references, after it has sealed: one without a seal is somebody else's.
      if (!known.has(item.outreachId)) throw new PoisonError('unknown_reference');
      const gone = erased.get(item.outreachId);
      if (gone) return refuseForErasure(parts, item, gone);
      const request = gathered.get(item.outreachId);
      // Decided before: what stands in the stream is followed.
      if (!request) return followStored(parts, item);
      return decideTraced(item, (traceparent) => commit(parts, { ...item, traceparent }, request));
    }),
  );
  crashPoint('orchestrator.after-commit');
  const byId = new Map([...new Set(batch.map((item) => item.outreachId))].map((id, i) => [id, results[i]]));
  const fed = [...byId].filter(([, result]) => result?.status === 'fulfilled').map(([id]) => id);
  if (fed.length > 0) await parts.vault.markFed(fed);
  return batch.map((item) => byId.get(item.outreachId) ?? rejected(new Error('a decision went missing')));
}

/** A span of its own, going on from the request's. */
function decideTraced(item: ToDecide, decide: (traceparent: string | undefined) => Promise<Decided>): Promise<Decided> {
  const attributes = { 'homing.outreach.id': item.outreachId };
  return inSpan('decide', { parent: item.traceparent, onlyInTrace: true, attributes }, async (span) => {
    const decided = await decide(span.traceparent);
    const { status, refusal } = decided.answer;
    span.set({ 'homing.outcome': status, ...(refusal ? { 'homing.reason': refusal.reason } : {}) });
    return decided;
  });
}

interface Gathered {
  readonly requested: OutreachRequested;
  readonly inputs: DecisionInputs;
  readonly zone: string;
  readonly tenantZone?: string | undefined;
}

/** Everything the decisions of a batch rest on, set-wise. */
async function gather(
  parts: DecideParts,
  accepted: readonly AcceptedRequest[],
): Promise<ReadonlyMap<string, Gathered>> {
  if (accepted.length === 0) return new Map();
  const requests = accepted.map(({ requested }) => requested);
  const [rules, suppressed, consents, engagements, inbound] = await Promise.all([
    parts.rulesOf(requests),
    parts.suppressed(requests),
    parts.consentsOf?.(requests),
    parts.engagementOf?.(requests),
    parts.lastInboundOf?.(requests),
  ]);
  const learning = requests.filter((_request, i) => rules[i]?.policy.sendTime?.choice === 'learned');
  const hours = learning.length > 0 ? await parts.hoursOf?.(learning.map(({ tenantId }) => tenantId)) : undefined;
  return new Map(
    accepted.map(({ requested, inputs: { campaign: _then, ...inputs } }, i) => {
      const ruled: Rules = rules[i] ?? { policy: parts.policy, zone: 'UTC' };
      const { policy, campaign, zone, tenantZone } = ruled;
      const clock = recipientClock(ruled, requested, parts.now());
      const { tenantId, contacts } = requested;
      const held = contacts
        .map(({ fingerprint }) => fingerprint)
        .filter((fingerprint) => suppressed.has(heldBackKey({ tenantId, fingerprint })));
      const engagement = engagements?.[i];
      const lastInboundAt = inbound?.[i];
      const learned = policy.sendTime?.choice === 'learned' ? hours?.get(tenantId) : undefined;
      const now = {
        ...inputs,
        ...selectionInputs(requested, parts.now()),
        ...(consents ? { consents: consents[i] ?? [] } : {}),
        ...(engagement ? { engagement } : {}),
        ...(lastInboundAt ? { lastInboundAt } : {}),
        ...(learned ? { hours: learned } : {}),
        policy,
        suppressed: held,
        ...(campaign ? { campaign } : {}),
        ...(clock ? { clock } : {}),
      };
      return [requested.outreachId, { requested, inputs: now, zone, tenantZone }];
    }),
  );
}

/** Books and commits; as often as a round of deciding was abandoned meanwhile. */
async function commit(parts: DecideParts, item: ToDecide, { requested, inputs, ...zones }: Gathered): Promise<Decided> {
  const booking = { books: parts.books, ...zones };
  const stored = item.fresh ? undefined : await followStored(parts, item);
  if (stored && stored.state.status !== 'none') return stored;
  let known: Folded<OutreachState> = stored ?? { state: emptyOutreach, revision: 'no_stream' };
  for (;;) {
    const now = parts.now();
    const round = roundOf(known.state);
    const wanted = { request: requested, inputs, now, round };
    if (round > 1) await releaseEarlierRounds(booking, wanted);
    const booked = await inSpan('book', { onlyInTrace: true }, () => bookDecision(booking, wanted));
    crashPoint('orchestrator.after-reserve');
    if (booked === 'lapsed') {
      known = await endRound(parts, item, { request: requested, known, round, now });
      if (known.state.status !== 'none') return followStored(parts, item);
      continue;
    }
    const handled = await changeOutreach(parts.store, parts.instance, {
      ...item,
      tenantId: requested.tenantId,
      known,
      decide: (state) => (roundOf(state) === round ? timed('decide', () => decideOutreach(state, booked.command)) : []),
      commandId: `decide:${item.outreachId}`,
      now,
    });
    await undo(parts, requested.tenantId, { ...handled, round, entries: booked.undo });
    if (handled.kind === 'appended') {
      const { state, revision, events } = handled;
      const answer = decisionAnswer(item.outreachId, events);
      noteDecision(answer, item.arrivedAt);
      return { state, revision, answer };
    }
    if (handled.state.status !== 'none') return followStored(parts, item);
    known = handled;
  }
}

interface LapsedRound {
  readonly request: OutreachRequested;
  readonly known: Folded<OutreachState>;
  readonly round: number;
  readonly now: string;
}

/** Fences off whoever may still commit what was booked in a round, unless it was committed: then that is what stands. */
function endRound(
  { store, instance }: DecideParts,
  item: ToDecide,
  { request: { tenantId }, known, round, now }: LapsedRound,
): Promise<Folded<OutreachState>> {
  const { outreachId } = item;
  return changeOutreach(store, instance, {
    ...item,
    tenantId,
    known,
    decide: (state) => fenceEvents(state, { abandon: round, fence: [], release: [] }, { outreachId, now }),
    commandId: `lapsed:${outreachId}:${round}`,
    now,
  });
}

/**
 * The loser of a race follows the winner: what it booked and the stored decision does not hold is given back. What it booked
 * again after the winner's was closed is owed nothing: the books are squared with how the outreach stands.
 */
async function undo(
  { books }: DecideParts,
  tenantId: string,
  {
    kind,
    state,
    round,
    entries,
  }: { kind: 'appended' | 'nothing'; state: OutreachState; round: number; entries: readonly UndoEntry[] },
): Promise<void> {
  const deliveries = state.status === 'none' || state.status === 'refused' ? [] : state.deliveries;
  const holder = (entry: BookEntry) =>
    roundOf(state) === round
      ? deliveries.find(
          ({ leg, ledgers, plan }) =>
            parseReservationKey(entryKey(entry))?.leg === leg &&
            (plan.booking?.round ?? round) === round &&
            ledgers?.includes(entry.stream) === true,
        )
      : undefined;
  const orphaned = entries.filter((entry) => !holder(entry)).map(({ fresh: _made, ...entry }): BookEntry => entry);
  const again = kind === 'nothing' ? entries.filter((entry) => entry.fresh && holder(entry)) : [];
  await enterBooks(books, tenantId, [...orphaned, ...owedFor(state, again)]);
}

/** What an outreach owes for reservations of its own, and only for those. */
const owedFor = (state: OutreachState, made: readonly UndoEntry[]): BookEntry[] =>
  bookEntriesOf(state).filter((owed) =>
    made.some(({ stream, command }) => stream === owed.stream && command.key === entryKey(owed)),
  );
