import type { ChannelProvider, OutboundMessage } from '@homing/channels';
import type { DispatchDelivery, SendProof } from '@homing/contracts';
import {
  claimAttempt,
  deliveryOf,
  lastRefusedBy,
  lastTakenBy,
  recordAnswer,
  skipDelivery,
  withholdAttempt,
  type ClaimDecision,
  type Delivery,
  type KnownOutreach,
  type OutreachState,
  type ProviderAnswer,
} from '@homing/domain';
import { AppendOutcomeUnknownError, type Folded } from '@homing/event-store';
import { crashPoint, retryWithBackoff, systemTiming } from '@homing/service-kit';
import { RetryLaterError } from '@homing/messaging';
import type { Rendered, ToRender } from '../render-message/delivery.renderer.js';
import type { GateQuestion } from '@homing/vault/gate';
import type { ProviderRota } from '../choose-provider/provider.rota.js';
import type { ProviderTurns, Turn } from '../keep-rate/provider.turns.js';
import { checkedCall } from '../send-together/checked.call.js';
import type { OnTheWay, SharedCalls } from '../send-together/shared.calls.js';
import { changeAttempt } from './attempt.change.js';
import { recourseOf } from './provider.recourse.js';
import { presumedSent, type RestoredParts } from './restored.attempt.js';
import { gateQuestion, heldBackBy, type GateReading, type HeldBack, type SendGate } from './send.gate.js';
import { noteOutcome } from './send.metrics.js';

export interface SendParts extends RestoredParts {
  readonly render: (item: ToRender) => Promise<Rendered>;
  readonly gate: SendGate;
  /** Who sends, where a channel has several. Default: whom the decision planned. */
  readonly rota?: ProviderRota;
  /** Keeps the rates of providers. Default: they have none. */
  readonly turns?: ProviderTurns;
  /** Calls that messages share, where a provider takes many in one. Default: every message has a call of its own. */
  readonly together?: SharedCalls;
  /** Bound of one provider call in milliseconds. */
  readonly providerTimeoutMs: number;
  /** What a lease lasts beyond the provider's time-out, in milliseconds: room for the claim's own answer. */
  readonly leaseMarginMs: number;
}

/**
 * What became of one dispatch. `stood_down`: somebody else has it, or it does not stand any more; nothing was sent by us.
 * `resting`: its campaign is paused; it was put down unclaimed and stays in the timetable. `withheld`: the same, found out after
 * the claim; it is tried again.
 */
export type SendOutcome =
  | { readonly kind: ProviderAnswer['kind'] }
  | { readonly kind: 'skipped' | 'stood_down' | 'resting' | 'withheld'; readonly reason: string }
  | { readonly kind: 'expired' };

/**
 * One attempt (DESIGN section 5): render, ask the gate, claim exclusively, ask again where its word is old by now, call the
 * provider once, record its answer. However often and by however many gateways the same dispatch is handled, the provider is
 * called at most once, and never on a word of the gate older than `GATE_FRESH_MS`.
 */
export async function sendAttempt(parts: SendParts, dispatch: DispatchDelivery<OutreachState>): Promise<SendOutcome> {
  const outcome = await attempt(parts, dispatch);
  noteOutcome(outcome);
  return outcome;
}

async function attempt(parts: SendParts, dispatch: DispatchDelivery<OutreachState>): Promise<SendOutcome> {
  const known: Folded<OutreachState> = { state: dispatch.state, revision: BigInt(dispatch.revision) };
  const { timing = systemTiming } = parts;
  if (await presumedSent(parts, dispatch, known)) return { kind: 'stood_down', reason: 'restored' };
  const seen = claimAttempt(known.state, claimOf(parts, dispatch, timing.randomId()));
  if (seen.kind === 'stand_down' && seen.reason === 'not_due') return early(parts, dispatch, known);
  if (seen.kind === 'stand_down') return { kind: 'stood_down', reason: seen.reason };
  if (seen.kind === 'expire') return claimAndSend(parts, dispatch, { known });
  const state = known.state as KnownOutreach;
  const key = senderOf(parts, state, seen.delivery);
  const provider = parts.provider(key);
  // Everything that can fail without having sent comes before the claim.
  const rendered = await parts.render({ state, delivery: seen.delivery, attempt: dispatch.attempt, provider: key });
  if (rendered.kind === 'impossible') return skip(parts, dispatch, known, rendered.reason);
  if (!provider) throw new ProviderMissingError(key);
  const question = gateQuestion(state, seen.delivery);
  const suppressionReadAt = parts.now();
  const reading = await parts.gate.ask(question);
  if (reading.answer.kind === 'campaign_missing') throw new CampaignMissingError();
  const held = heldBackBy(reading.answer);
  if (held?.kind === 'end') return skip(parts, dispatch, known, held.reason);
  if (held) return { kind: 'resting', reason: held.reason };
  // Too many before it: it comes again, unclaimed, and has used up nothing.
  const turn = await parts.turns?.take(key);
  if (turn?.kind === 'later') throw new RetryLaterError(turn.waitMs);
  const { message } = rendered;
  const proof = proofOf(message, reading, suppressionReadAt);
  const sending = { provider, message, question, reading, proof, ...(turn ? { turn } : {}) };
  const onTheWay = parts.together?.expect(provider);
  try {
    return await claimAndSend(parts, dispatch, { known, sending: { ...sending, ...(onTheWay ? { onTheWay } : {}) } });
  } finally {
    onTheWay?.leave();
  }
}

/** Taken before the question was put: what was acknowledged earlier is in the answer. */
const proofOf = ({ headers }: OutboundMessage, { answer }: GateReading, suppressionReadAt: string): SendProof => ({
  suppressionReadAt,
  ...(answer.kind === 'open' && answer.contactRevision !== undefined
    ? { contactRevision: answer.contactRevision }
    : {}),
  ...(answer.kind === 'open' && answer.consentId !== undefined ? { consentId: answer.consentId } : {}),
  ...(headers?.['List-Unsubscribe-Post'] === undefined ? {} : { oneClick: true }),
});

/** Who is to send it: chosen before the claim, which names them. @throws RetryLaterError where nobody can be asked now */
function senderOf({ rota }: SendParts, state: KnownOutreach, { leg, channel, plan }: Delivery): string {
  if (!rota) return plan.provider;
  const last = lastTakenBy(state, channel);
  const choice = rota.choose({ channel, planned: plan.provider, last, refusedBy: lastRefusedBy(state, leg) });
  if (choice.kind === 'none') throw new RetryLaterError(Math.min(LONGEST_WAIT_MS, choice.waitMs));
  return choice.key;
}

const senderIn = ({ key, capabilities }: ChannelProvider) => {
  const recourse = recourseOf(capabilities);
  return { provider: key, ...(recourse ? { recourse } : {}) };
};

/** What one provider had enough of, or does not know us for, another takes at once: surely not sent, and no try used up. */
function soonerElsewhere(
  { rota }: SendParts,
  { channel, key }: ChannelProvider,
  answer: ProviderAnswer,
): ProviderAnswer {
  const free = answer.kind === 'rejected' && (answer.class === 'auth' || answer.class === 'throttled');
  return free && rota?.hasStandIn(channel, key) ? { ...answer, retryAfterSeconds: TRY_AGAIN_SECONDS } : answer;
}

/** Not due by our clock: kept until it is, unless it is never to be sent at all. */
async function early(
  parts: SendParts,
  dispatch: DispatchDelivery<OutreachState>,
  known: Folded<OutreachState>,
): Promise<SendOutcome> {
  const delivery = deliveryOf(known.state, dispatch.leg);
  const asked = delivery && (await parts.gate.ask(gateQuestion(known.state as KnownOutreach, delivery)));
  const held = asked && heldBackBy(asked.answer);
  if (held?.kind === 'end') return skip(parts, dispatch, known, held.reason);
  throw new RetryLaterError(untilDue(known.state, dispatch, parts.now()));
}

interface Ready {
  readonly known: Folded<OutreachState>;
  /** Absent: it is too late to send, and only that is to be recorded. */
  readonly sending?: {
    readonly provider: ChannelProvider;
    readonly message: OutboundMessage;
    readonly question: GateQuestion;
    readonly reading: GateReading;
    /** Absent: the provider has no rate. */
    readonly turn?: Turn;
    readonly proof: SendProof;
    /** Others wait for it a moment. Absent: nobody does. */
    readonly onTheWay?: OnTheWay;
  };
}

async function claimAndSend(
  parts: SendParts,
  dispatch: DispatchDelivery<OutreachState>,
  ready: Ready,
): Promise<SendOutcome> {
  // Made once, in this call's memory: nobody else, and no later call of ours, can make these event ids again.
  const { timing = systemTiming } = parts;
  const claimId = timing.randomId();
  const lease = timing.monotonic() + parts.providerTimeoutMs + parts.leaseMarginMs;
  const { known, sending } = ready;
  const by = sending && senderIn(sending.provider);
  const of = sending ? { proof: sending.proof } : {};
  let decision: ClaimDecision = { kind: 'stand_down', reason: 'unknown_outreach' };
  crashPoint('gateway.before-claim');
  // A claim whose answer was lost may stand: only this call can know that it is its own, so it asks again while it could use it.
  const claimed = await retryWithBackoff(
    () =>
      changeAttempt(parts, dispatch, {
        commandId: `claim:${claimId}`,
        known,
        decide: (state) => {
          decision = claimAttempt(state, { ...claimOf(parts, dispatch, claimId), ...by, ...of });
          return decision.kind === 'stand_down' ? [] : decision.events;
        },
      }),
    { ...timing, retryable: (error) => error instanceof AppendOutcomeUnknownError && timing.monotonic() < lease },
  );
  crashPoint('gateway.after-claim');
  const taken = decision as ClaimDecision;
  if (taken.kind === 'stand_down') return { kind: 'stood_down', reason: taken.reason };
  if (taken.kind === 'expire' || !sending) return { kind: 'expired' };

  crashPoint('gateway.before-provider-call');
  const said = await checkedCall({ ...parts, timing }, sending, lease - parts.leaseMarginMs);
  if (said.kind === 'held') return withhold(parts, dispatch, { claimId, claimed, held: said.held });
  const answer = soonerElsewhere(parts, sending.provider, said);
  crashPoint('gateway.after-provider-call');
  // The answer lives in this process alone until it stands in the stream: try until it does.
  const decide = (state: OutreachState) =>
    recordAnswer(state, { leg: dispatch.leg, attempt: dispatch.attempt, answer, now: parts.now() });
  const commandId = `answer:${claimId}`;
  await retryWithBackoff(() => changeAttempt(parts, dispatch, { commandId, known: claimed, decide }), timing);
  crashPoint('gateway.after-outcome');
  return { kind: answer.kind };
}

/** Seconds until what was held back for a while is tried again; the clock leaves it alone as long as its campaign rests. */
const TRY_AGAIN_SECONDS = 1;

/** The gate closed between the claim and the call: surely not sent, and said so, so that nobody waits for an answer. */
async function withhold(
  parts: SendParts,
  dispatch: DispatchDelivery<OutreachState>,
  { claimId, claimed, held }: { claimId: string; claimed: Folded<OutreachState>; held: HeldBack },
): Promise<SendOutcome> {
  const { leg, attempt } = dispatch;
  const { reason } = held;
  const answer = { kind: 'rejected', class: 'retryable', code: reason, retryAfterSeconds: TRY_AGAIN_SECONDS } as const;
  const decide = (state: OutreachState) =>
    held.kind === 'end'
      ? withholdAttempt(state, { leg, attempt, reason, now: parts.now() })
      : recordAnswer(state, { leg, attempt, answer, now: parts.now() });
  const commandId = `withhold:${claimId}`;
  const { timing = systemTiming } = parts;
  await retryWithBackoff(() => changeAttempt(parts, dispatch, { commandId, known: claimed, decide }), timing);
  return { kind: held.kind === 'end' ? 'skipped' : 'withheld', reason };
}

/** Its campaign is in no row of the vault: restored from before it was made, or another vault. An operator's matter. */
export class CampaignMissingError extends Error {
  readonly safeMessage = true;
  readonly code = 'CAMPAIGN_MISSING';

  constructor() {
    super('the campaign of this message is not in the vault');
    this.name = 'CampaignMissingError';
  }
}

/** This gateway is not set up for it: an operator's matter, tried again until the deadline, never the recipient's loss. */
export class ProviderMissingError extends Error {
  readonly safeMessage = true;
  readonly code = 'PROVIDER_MISSING';

  constructor(provider: string) {
    super(`no provider named ${provider} is configured`);
    this.name = 'ProviderMissingError';
  }
}

/** Longest time a dispatch is put down for, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

/** Clocks differ: what is not due by ours is due by another's, and soon by both. Milliseconds, 30 s at most. */
function untilDue(state: OutreachState, { leg }: DispatchDelivery, now: string): number {
  const at = state.status === 'none' ? undefined : state.deliveries.find((delivery) => delivery.leg === leg)?.next?.at;
  const rest = at === undefined ? 0 : Date.parse(at) - Date.parse(now);
  return Math.min(LONGEST_WAIT_MS, Math.max(1, rest));
}

async function skip(
  parts: SendParts,
  dispatch: DispatchDelivery<OutreachState>,
  known: Folded<OutreachState>,
  reason: string,
): Promise<SendOutcome> {
  const { leg, deliveryId, attempt } = dispatch;
  await changeAttempt(parts, dispatch, {
    commandId: `skip:${deliveryId}:${attempt}`,
    known,
    decide: (state) => skipDelivery(state, { leg, reason, now: parts.now() }),
  });
  return { kind: 'skipped', reason };
}

const claimOf = (parts: SendParts, { leg, attempt }: DispatchDelivery, claimId: string) => ({
  leg,
  attempt,
  claimId,
  claimedBy: parts.instance,
  now: parts.now(),
  leaseMs: parts.providerTimeoutMs + parts.leaseMarginMs,
});
