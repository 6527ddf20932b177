import { createHash } from 'node:crypto';
import { parseDeliveryId, type OutreachEvent, type ProviderSignal } from '@homing/contracts';
import {
  bookEntriesOf,
  deliveryOf,
  legWanted,
  rebookingsWanted,
  recordFacts,
  type OutreachState,
  type SignalledFact,
} from '@homing/domain';
import type { Folded, Handled } from '@homing/event-store';
import { crashPoint } from '@homing/service-kit';
import { inSpan, type SpanSettings } from '@homing/service-kit/telemetry';
import type { UnmatchedCause } from '@homing/vault/desk';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import { followOutreach, type FollowParts } from '../follow-outreach/outreach.follower.js';
import type { ContactKeeper } from '../suppress-contact/contact.keeper.js';
import { contactWordsOf } from '../suppress-contact/contact.words.js';
import type { RecentOutreaches } from './recent.outreaches.js';
import { UnmatchedSignalError } from './unmatched.error.js';

export interface RecordParts extends FollowParts {
  /** Folded states by outreach id, possibly behind; absent when not projected yet. */
  readonly foldedStates: (outreachIds: readonly string[]) => Promise<ReadonlyMap<string, Folded<OutreachState>>>;
  readonly contacts: Pick<ContactKeeper, 'record'>;
  /** Default: nothing is remembered from batch to batch. */
  readonly recent?: RecentOutreaches;
}

interface Placed {
  readonly index: number;
  readonly outreachId: string;
  readonly fact: SignalledFact;
  readonly tenantId?: string | undefined;
  /** Our own signature names the attempt. */
  readonly attested: boolean;
  /** Of the span that brought the signal. */
  readonly traceparent?: string | undefined;
}

/**
 * Records a micro-batch of provider facts: what they say of the address (a hard bounce, a complaint, an unsubscription), and then one
 * append an outreach, however many facts of it came together. Facts already recorded change nothing; facts that name nothing
 * of ours reject with `UnmatchedSignalError`.
 */
export async function recordBatch(
  parts: RecordParts,
  signals: readonly ProviderSignal[],
  traceparents: readonly (string | undefined)[] = [],
): Promise<PromiseSettledResult<void>[]> {
  const results: PromiseSettledResult<void>[] = signals.map(() => unmatchedAs('unknown_outreach'));
  const groups = new Map<string, Placed[]>();
  signals.forEach((signal, index) => {
    const of = signal.deliveryId === undefined ? undefined : parseDeliveryId(signal.deliveryId);
    if (!of) return;
    const fact = factOf(signal, of.leg);
    const traceparent = traceparents[index];
    const placed = {
      index,
      outreachId: of.outreachId,
      fact,
      tenantId: signal.tenantId,
      attested: signal.attested === true,
      traceparent,
    };
    groups.set(of.outreachId, [...(groups.get(of.outreachId) ?? []), placed]);
  });
  const known = await parts.foldedStates([...groups.keys()]);
  crashPoint('orchestrator.before-signal-append');
  await Promise.all(
    [...groups].map(async ([outreachId, placed]) => {
      const last = parts.recent ? parts.recent.over(outreachId, known) : known.get(outreachId);
      const settled = await recordOne(parts, outreachId, placed, last).catch((reason: unknown) =>
        placed.map((): PromiseSettledResult<void> => ({ status: 'rejected', reason })),
      );
      placed.forEach(({ index }, i) => (results[index] = settled[i] ?? { status: 'fulfilled', value: undefined }));
    }),
  );
  crashPoint('orchestrator.after-signal-append');
  return results;
}

async function recordOne(
  parts: RecordParts,
  outreachId: string,
  placed: readonly Placed[],
  known: Folded<OutreachState> | undefined,
): Promise<PromiseSettledResult<void>[]> {
  const now = parts.now();
  const facts = placed.map((p) => p.fact);
  // A projection that is behind may not know the attempt yet: only the stream can say that something is unmatched.
  const sure =
    known && recordFacts(known.state, { facts, now }).unmatched.length === 0 && !isInFlight(known.state, facts);
  const projected = sure ? known : undefined;
  const start = projected ?? (await readOutreach(parts.store, outreachId));
  const tenantId = start.state.status === 'none' ? undefined : start.state.request.tenantId;
  const ours = placed.filter(
    (p) => tenantId !== undefined && (p.tenantId === tenantId || (p.attested && p.tenantId === undefined)),
  );
  let unmatched: readonly SignalledFact[] = [];
  const record = async (): Promise<void> => {
    if (tenantId === undefined || ours.length === 0) return;
    const recorded = ours.map((p) => p.fact);
    const tell = (state: OutreachState, facts: readonly SignalledFact[]) =>
      Promise.all(contactWordsOf(state, facts, now).map((word) => parts.contacts.record(word)));
    // Addresses first: a fact that stands, whoever dies and whatever the bus loses then, has been heard by them. Also where the fact was
    // known: whoever recorded it before may have died in between.
    const strange = recordFacts(start.state, { facts: recorded, now }).unmatched;
    const certain = recorded.filter((fact) => !strange.includes(fact));
    await tell(start.state, certain);
    const handled = await changeOutreach(parts.store, parts.instance, {
      outreachId,
      tenantId,
      known: start,
      decide: (state) => {
        const decision = recordFacts(state, { facts: recorded, now });
        unmatched = decision.unmatched;
        return decision.events;
      },
      commandId: `facts:${digestOf(recorded)}`,
      causationId: recorded[0]?.providerEventId ?? outreachId,
      now,
    });
    parts.recent?.note(outreachId, { traceparent: start.traceparent, ...handled });
    await tell(
      handled.state,
      strange.filter((fact) => !unmatched.includes(fact)),
    );
    if (callsForMore(handled, now)) {
      const causationId = recorded[0]?.providerEventId ?? outreachId;
      await followOutreach(parts, { outreachId, tenantId, known: handled, causationId });
    }
  };
  await inSpan('record facts', tracedBy(start, placed), record);
  return placed.map((p) => {
    if (tenantId === undefined) return unmatchedAs('unknown_outreach');
    if (!ours.includes(p)) return unmatchedAs('other_tenant');
    return unmatched.includes(p.fact) ? unmatchedAs('unknown_attempt') : { status: 'fulfilled', value: undefined };
  });
}

/**
 * Without the gateway's answer, as far as is known: when a provider tells of an attempt, its answer mostly stands or is on its way. To append
 * beside it would cost a conflict, here or there, and each costs more than to look first.
 */
const isInFlight = (state: OutreachState, facts: readonly SignalledFact[]): boolean =>
  facts.some(({ leg, attempt: number }) => {
    const attempts = deliveryOf(state, leg)?.attempts ?? [];
    const attempt = number === undefined ? attempts.at(-1) : attempts.find((one) => one.attempt === number);
    return attempt?.answer === undefined && attempt?.unknownSince === undefined && attempt?.facts.length === 0;
  });

const unmatchedAs = (why: UnmatchedCause): PromiseRejectedResult => ({
  status: 'rejected',
  reason: new UnmatchedSignalError(why),
});

/** In the outreach's own trace where one is kept, linked to the webhooks' that brought the facts; else in the first of those. */
const tracedBy = ({ traceparent }: Folded<OutreachState>, placed: readonly Placed[]): SpanSettings => ({
  parent: traceparent ?? placed[0]?.traceparent ?? null,
  links: placed.map((each) => each.traceparent),
  attributes: { 'homing.outreach.id': placed[0]?.outreachId ?? '', 'homing.event.count': placed.length },
});

/** A retry or the next step of a chain to be booked, or something ended whose books are to be squared. */
const callsForMore = ({ state, events }: Handled<OutreachState, OutreachEvent>, now: string): boolean =>
  rebookingsWanted(state, now).length > 0 ||
  legWanted(state, now) !== undefined ||
  (events.some(({ type }) => type === 'OutreachSettled' || type === 'DeliveryFailedPermanently') &&
    bookEntriesOf(state).length > 0);

function factOf(signal: ProviderSignal, leg: number): SignalledFact {
  const { fact, occurredAt, providerEventId, providerMessageId, subtype, code, machine, unknownEvent } = signal;
  const { provider, payloadDigest, attempt } = signal;
  const optional = { attempt, providerMessageId, subtype, code, machine, unknownEvent };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { leg, fact, occurredAt, providerEventId, provider, payloadDigest, ...given };
}

const digestOf = (facts: readonly SignalledFact[]): string =>
  createHash('sha256')
    .update(JSON.stringify(facts.map((f) => [f.fact, f.providerEventId])))
    .digest('hex')
    .slice(0, 32);
