// One email outreach in plain words: its events, for specs of whoever decides, stores or shows it.
import type {
  OutreachEvent,
  OutreachRequested,
  PlannedLeg,
  ProviderFactRecorded,
  Recourse,
  RejectionClass,
} from '@homing/contracts';

export const outreachId = '9f0c1d7e-4a3b-5c2d-8e1f-000000000001';
export const deliveryId = `${outreachId}.1`;
const of = { deliveryId, leg: 1, channel: 'email' as const };

export const T0 = '2026-05-01T10:00:00.000Z';
/** An instant so many seconds after `T0`. */
export const at = (seconds: number): string => new Date(Date.parse(T0) + seconds * 1000).toISOString();
export const DEADLINE = at(7 * 86_400);

export const request: OutreachRequested = {
  outreachId,
  tenantId: '0a6f2c8e-6c0e-4b43-9d0c-000000000001',
  personId: '5b6f2c8e-6c0e-4b43-9d0c-000000000002',
  messageType: 'outreach',
  strategy: 'single',
  urgency: 'normal',
  content: { kind: 'literal', channels: ['email'] },
  contacts: [{ channel: 'email', ordinal: 0, fingerprint: 'fp', mask: 'a***@e***.test' }],
  acceptedAt: T0,
  expiresAt: DEADLINE,
  via: 'bus',
};

export const plan: PlannedLeg = {
  leg: 1,
  channel: 'email',
  provider: 'sendgrid',
  contact: { ordinal: 0, fingerprint: 'fp', mask: 'a***@e***.test' },
  sendAt: T0,
  cost: { micros: 0, currency: 'EUR' },
  retry: { maxRetries: 2, delaysSeconds: [] },
};

export const requested: OutreachEvent = { type: 'OutreachRequested', data: request };
export const decided: OutreachEvent = {
  type: 'OutreachDecided',
  data: {
    strategy: 'single',
    legs: [plan],
    fallbackChain: ['email'],
    cost: plan.cost,
    confidence: 0.5,
    explanation: { policyVersion: 'v', decidedAt: T0, steps: [], ranked: [], excluded: [] },
  },
};
export const scheduled: OutreachEvent = { type: 'DeliveryScheduled', data: { ...of, sendAt: T0, expiresAt: DEADLINE } };
/** Everything up to a committed decision that is due at once. */
export const committed = [requested, decided, scheduled] as const;

export const started = (attempt = 1, second = 0, recourse?: Recourse): OutreachEvent => ({
  type: 'AttemptStarted',
  data: {
    ...of,
    attempt,
    claimId: `claim-${attempt}`,
    claimedBy: 'g',
    provider: 'sendgrid',
    startedAt: at(second),
    leaseUntil: at(second + 15),
    ...(recourse ? { recourse } : {}),
  },
});
export const accepted = (attempt = 1): OutreachEvent => ({
  type: 'AttemptAccepted',
  data: { ...of, attempt, provider: 'sendgrid', providerMessageId: `pm-${attempt}`, acceptedAt: at(1) },
});
export const rejected = (
  rejection: RejectionClass,
  over: { attempt?: number; code?: string; retryAfterSeconds?: number } = {},
): OutreachEvent => {
  const { attempt = 1, code = 'http_503', ...rest } = over;
  return {
    type: 'AttemptRejected',
    data: { ...of, attempt, provider: 'sendgrid', class: rejection, code, rejectedAt: at(1), ...rest },
  };
};
export const unknown = (attempt = 1): OutreachEvent => ({
  type: 'AttemptOutcomeUnknown',
  data: { ...of, attempt, provider: 'sendgrid', reason: 'timeout', since: at(15) },
});
export const resent = (second: number, leaseUntil: number, attempt = 1): OutreachEvent => ({
  type: 'AttemptResendStarted',
  data: {
    ...of,
    attempt,
    claimId: `again-${attempt}`,
    claimedBy: 'g',
    provider: 'sendgrid',
    startedAt: at(second),
    leaseUntil: at(leaseUntil),
  },
});
export const found = (
  outcome: 'sent' | 'not_sent',
  over: Partial<Extract<OutreachEvent, { type: 'UnknownOutcomeSettled' }>['data']> = {},
): OutreachEvent => ({
  type: 'UnknownOutcomeSettled',
  data: { ...of, attempt: 1, provider: 'sendgrid', outcome, via: 'operator', at: at(100), ...over },
});
export const assumed = (second: number, attempt = 1): OutreachEvent => ({
  type: 'AttemptAssumedSent',
  data: { ...of, attempt, provider: 'sendgrid', since: at(15), at: at(second) },
});
export const retry = (attempt: number, second: number, because: string): OutreachEvent => ({
  type: 'RetryScheduled',
  data: { ...of, attempt, at: at(second), because },
});
export const failed = (reason: string, second: number): OutreachEvent => ({
  type: 'DeliveryFailedPermanently',
  data: { ...of, reason, at: at(second) },
});
export const expired = (second: number): OutreachEvent => ({
  type: 'DeliveryExpired',
  data: { ...of, at: at(second) },
});
export const cancelAsked = (second: number): OutreachEvent => ({
  type: 'CancellationRequested',
  data: { at: at(second), by: 'api' },
});
export const cancelled = (second: number): OutreachEvent => ({
  type: 'DeliveryCancelled',
  data: { ...of, at: at(second), by: 'api' },
});
export const settled = (
  outcome: Extract<OutreachEvent, { type: 'OutreachSettled' }>['data']['outcome'],
  second: number,
): OutreachEvent => ({
  type: 'OutreachSettled',
  data: { outcome, at: at(second) },
});

/** A fact as a provider says it, about attempt 1 unless it says otherwise. */
export const said = (
  fact: ProviderFactRecorded['fact'],
  over: Partial<
    Pick<ProviderFactRecorded, 'attempt' | 'subtype' | 'code' | 'machine' | 'occurredAt' | 'providerEventId'>
  > = {},
): ProviderFactRecorded => ({
  ...of,
  attempt: 1,
  fact,
  occurredAt: at(30),
  providerEventId: `e-${fact}`,
  provider: 'sendgrid',
  payloadDigest: 'd',
  ...over,
});
export const recorded = (...from: Parameters<typeof said>): OutreachEvent => ({
  type: 'ProviderFactRecorded',
  data: said(...from),
});
/** Strips what the decider adds, giving what a signal carries. */
export const signal = (...from: Parameters<typeof said>) => {
  const { deliveryId: _id, channel: _channel, ...fact } = said(...from);
  return fact;
};
export const assistance = (reason = 'partners_only'): OutreachEvent => ({
  type: 'AssistanceRequested',
  data: { ...of, attempt: 1, provider: 'sendgrid', reason, requestedAt: at(1) },
});
export const taskOpened = (second: number, by = 'key:k'): OutreachEvent => ({
  type: 'AssistedTaskOpened',
  data: { ...of, attempt: 1, by, at: at(second) },
});
export const taskDone = (
  outcome: 'sent' | 'not_sent' | 'declined',
  second: number,
  over: Partial<Extract<OutreachEvent, { type: 'AssistedTaskDone' }>['data']> = {},
): OutreachEvent => ({
  type: 'AssistedTaskDone',
  data: { ...of, attempt: 1, provider: 'sendgrid', outcome, by: 'key:k', at: at(second), ...over },
});
