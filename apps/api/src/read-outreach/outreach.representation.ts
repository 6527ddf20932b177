import type { Channel, Explanation, Money, OutreachDecided, OutreachRefused } from '@homing/contracts';
import { decisionSentence, refusalSentence } from '@homing/domain';
import type {
  AttemptRow,
  DeliveryRow,
  OutreachDetail,
  OutreachRow,
  TimelineRow,
  UnknownOutcomeRow,
} from '@homing/read-model';
import type { AcceptedRecord } from '@homing/vault/intake';

type Given<T> = { [K in keyof T]?: Exclude<T[K], null | undefined> };

/** JSON without nulls: what is not known is not there. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Given<T>;
}

/** Masked, as events name it: never an address. */
export type MaskedContact = { readonly channel: Channel; readonly mask: string };

/** One outreach as it is listed. */
export function listedOutreach(row: OutreachRow, accepted: AcceptedRecord | undefined) {
  return { outreachId: row.outreachId, state: row.state, ...given(summaryOf(row)), recipient: recipientOf(accepted) };
}

function summaryOf(row: OutreachRow) {
  const { channelUsed, messageType, urgency, strategy, via, acceptedAt, decidedAt, sendAt, sentAt, deliveredAt } = row;
  const { openedAt, clickedAt, respondedAt, settledAt, expiresAt, outcome, confidence } = row;
  const instants = { acceptedAt, decidedAt, sendAt, sentAt, deliveredAt, openedAt, clickedAt, respondedAt, settledAt };
  const reason = row.outcomeReason ?? row.refusalReason;
  return {
    channelUsed,
    messageType,
    urgency,
    strategy,
    via,
    ...instants,
    expiresAt,
    outcome,
    reason,
    confidence,
    cost: costOf(row),
  };
}

function costOf({ costMicros, costCurrency }: OutreachRow): Money | null {
  return costMicros === null || costCurrency === null ? null : { micros: Number(costMicros), currency: costCurrency };
}

const recipientOf = (accepted: AcceptedRecord | undefined): { contacts: MaskedContact[]; erased?: true } => ({
  contacts: (accepted?.contacts ?? []).map(({ channel, mask }) => ({ channel, mask })),
  ...(accepted?.erased ? { erased: true as const } : {}),
});

/** One outreach with everything that is recorded about it. */
export function shownOutreach(
  detail: OutreachDetail,
  timeline: readonly TimelineRow[],
  accepted: AcceptedRecord | undefined,
) {
  return {
    ...listedOutreach(detail.outreach, accepted),
    deliveries: detail.deliveries.map(shownDelivery),
    timeline: timeline.map(shownEvent),
    explanation: explanationOf(timeline),
  };
}

/** Accepted a moment ago: the read model has not heard of it yet. */
export function justAccepted({ outreachId, acceptedAt, expiresAt, ...record }: AcceptedRecord) {
  const known = { outreachId, state: 'accepted', ...given({ acceptedAt, expiresAt }) };
  const recipient = recipientOf({ outreachId, acceptedAt, expiresAt, ...record });
  return { ...known, recipient, deliveries: [], timeline: [], explanation: null };
}

function shownDelivery(row: DeliveryRow & { readonly attemptList: readonly AttemptRow[] }) {
  const { deliveryId, leg, channel, state, provider, sendAt, expiresAt, closedReason, closedAt, retryCount } = row;
  return {
    deliveryId,
    leg,
    channel,
    state,
    retryCount,
    ...given({ provider, sendAt, expiresAt, closedReason, closedAt }),
    attempts: row.attemptList.map(shownAttempt),
  };
}

function shownAttempt(row: AttemptRow) {
  const { attempt, state, provider, startedAt, providerMessageId, answeredAt, unknownSince, code } = row;
  return {
    attempt,
    state,
    provider,
    startedAt,
    ...given({ providerMessageId, answeredAt, unknownSince, class: row.class, code }),
  };
}

function shownEvent(row: TimelineRow) {
  const { position, revision, transition, occurredAt, recordedAt, deliveryId, leg, channel, attempt, reason } = row;
  const {
    code,
    class: kind,
    subtype,
    machine,
    provider,
    via,
    by,
    note,
    proof,
  } = row.eventData as unknown as Record<string, unknown>;
  const settling = row.eventType === 'UnknownOutcomeSettled' ? { via, by, note } : {};
  return {
    position: String(position),
    revision: String(revision),
    transition,
    occurredAt,
    recordedAt,
    ...given({
      deliveryId,
      leg,
      channel,
      attempt,
      reason,
      code,
      class: kind,
      subtype,
      machine,
      provider,
      proof,
      ...settling,
    }),
  };
}

/** An attempt nobody knows the outcome of, how long that has been so, and what will end it. @param now milliseconds since the epoch */
export function unknownOutcome(row: UnknownOutcomeRow, now: number) {
  const { deliveryId, attempt, outreachId, channel, provider, startedAt, unknownSince } = row;
  const { providerMessageId, nextLookUpAt, assumedSentAt } = row;
  const ageSeconds = Math.max(0, Math.floor((now - Date.parse(unknownSince)) / 1000));
  const settles = given({ nextLookUpAt, assumedSentAt });
  const known = { deliveryId, attempt, outreachId, channel, provider, startedAt, unknownSince, ageSeconds };
  return { ...known, ...given({ providerMessageId }), settles };
}

/** The recorded decision with its sentence; null while there is none. */
function explanationOf(timeline: readonly TimelineRow[]) {
  const decision = timeline.find((row) => row.eventType === 'OutreachDecided' || row.eventType === 'OutreachRefused');
  if (!decision) return null;
  if (decision.eventType === 'OutreachDecided') {
    const { explanation, chain, legs } = decision.eventData as OutreachDecided;
    const sentence = decisionSentence(explanation, { ...(chain ? { chain } : {}), legs });
    return { sentence, ...explanation, ...(chain ? { chain } : {}) };
  }
  const { step, reason, steps, policyVersion, decidedAt } = decision.eventData as OutreachRefused;
  const nothingChosen: Pick<Explanation, 'ranked' | 'excluded'> = { ranked: [], excluded: [] };
  return {
    sentence: refusalSentence({ step, reason }),
    policyVersion,
    decidedAt,
    steps,
    ...nothingChosen,
    refusal: { step, reason },
  };
}
