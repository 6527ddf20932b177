import type { ChannelProvider, OutboundMessage } from '@homing/channels';
import type { DispatchDelivery, OutreachEvent } from '@homing/contracts';
import {
  claimAttempt,
  recordAnswer,
  skipDelivery,
  type ClaimDecision,
  type KnownOutreach,
  type OutreachState,
  type ProviderAnswer,
} from '@homing/domain';
import { AppendOutcomeUnknownError, type EventStore, type Folded } from '@homing/event-store';
import { changeOutreach } from '@homing/event-store/outreach';
import { crashPoint, retryWithBackoff, systemTiming, type Timing } from '@homing/service-kit';
import { RetryLaterError } from '@homing/messaging';
import type { Rendered, ToRender } from '../render-message/delivery.renderer.js';
import { callProvider } from './provider.call.js';
import { recourseOf } from './provider.recourse.js';
import { noteOutcome } from './send.metrics.js';

export interface SendParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly render: (item: ToRender) => Promise<Rendered>;
  readonly provider: (key: string) => ChannelProvider | undefined;
  readonly instance: string;
  readonly now: () => string;
  /** Bound of one provider call in milliseconds. */
  readonly providerTimeoutMs: number;
  /** What a lease lasts beyond the provider's time-out, in milliseconds: room for the claim's own answer. */
  readonly leaseMarginMs: number;
  /** Default: this process's own. */
  readonly timing?: Timing;
}

/** What became of one dispatch. `stood_down`: somebody else has it, or it does not stand any more; nothing was sent by us. */
export type SendOutcome =
  | { readonly kind: ProviderAnswer['kind'] }
  | { readonly kind: 'skipped' | 'stood_down'; readonly reason: string }
  | { readonly kind: 'expired' };

/**
 * One attempt (DESIGN section 5): render, claim exclusively, call the provider once, record its answer. However often and by
 * however many gateways the same dispatch is handled, the provider is called at most once.
 */
export async function sendAttempt(parts: SendParts, dispatch: DispatchDelivery<OutreachState>): Promise<SendOutcome> {
  const outcome = await attempt(parts, dispatch);
  noteOutcome(outcome);
  return outcome;
}

async function attempt(parts: SendParts, dispatch: DispatchDelivery<OutreachState>): Promise<SendOutcome> {
  const known: Folded<OutreachState> = { state: dispatch.state, revision: BigInt(dispatch.revision) };
  const { timing = systemTiming } = parts;
  const seen = claimAttempt(known.state, claimOf(parts, dispatch, timing.randomId()));
  if (seen.kind === 'stand_down') {
    if (seen.reason === 'not_due') throw new RetryLaterError(untilDue(known.state, dispatch, parts.now()));
    return { kind: 'stood_down', reason: seen.reason };
  }
  const provider = seen.kind === 'claim' ? parts.provider(seen.delivery.plan.provider) : undefined;
  if (seen.kind === 'claim') {
    // Everything that can fail without having sent comes before the claim.
    const rendered = await parts.render({
      state: known.state as KnownOutreach,
      delivery: seen.delivery,
      attempt: dispatch.attempt,
    });
    if (rendered.kind === 'impossible') return skip(parts, dispatch, known, rendered.reason);
    if (!provider) throw new ProviderMissingError(seen.delivery.plan.provider);
    return claimAndSend(parts, dispatch, { known, provider, message: rendered.message });
  }
  return claimAndSend(parts, dispatch, { known });
}

interface Ready {
  readonly known: Folded<OutreachState>;
  readonly provider?: ChannelProvider;
  readonly message?: OutboundMessage;
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
  const recourse = ready.provider && recourseOf(ready.provider.capabilities);
  let decision: ClaimDecision = { kind: 'stand_down', reason: 'unknown_outreach' };
  crashPoint('gateway.before-claim');
  // A claim whose answer was lost may stand: only this call can know that it is its own, so it asks again while it could use it.
  const claimed = await retryWithBackoff(
    () =>
      change(parts, dispatch, `claim:${claimId}`, ready.known, (state) => {
        decision = claimAttempt(state, { ...claimOf(parts, dispatch, claimId), ...(recourse ? { recourse } : {}) });
        return decision.kind === 'stand_down' ? [] : decision.events;
      }),
    { ...timing, retryable: (error) => error instanceof AppendOutcomeUnknownError && timing.monotonic() < lease },
  );
  crashPoint('gateway.after-claim');
  const taken = decision as ClaimDecision;
  if (taken.kind === 'stand_down') return { kind: 'stood_down', reason: taken.reason };
  if (taken.kind === 'expire' || !ready.provider || !ready.message) return { kind: 'expired' };

  crashPoint('gateway.before-provider-call');
  const leftMs = lease - parts.leaseMarginMs - timing.monotonic();
  const answer = await callProvider(ready.provider, ready.message, { leftMs, deadline: timing.deadline });
  crashPoint('gateway.after-provider-call');
  // The answer lives in this process alone until it stands in the stream: try until it does.
  await retryWithBackoff(
    () =>
      change(parts, dispatch, `answer:${claimId}`, claimed, (state) =>
        recordAnswer(state, { leg: dispatch.leg, attempt: dispatch.attempt, answer, now: parts.now() }),
      ),
    timing,
  );
  crashPoint('gateway.after-outcome');
  return { kind: answer.kind };
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

/** Clocks differ: what is not due by ours is due by another's, and soon by both. Milliseconds, 30 s at most. */
function untilDue(state: OutreachState, { leg }: DispatchDelivery, now: string): number {
  const at = state.status === 'none' ? undefined : state.deliveries.find((delivery) => delivery.leg === leg)?.next?.at;
  const rest = at === undefined ? 0 : Date.parse(at) - Date.parse(now);
  return Math.min(30_000, Math.max(1, rest));
}

async function skip(
  parts: SendParts,
  dispatch: DispatchDelivery<OutreachState>,
  known: Folded<OutreachState>,
  reason: string,
): Promise<SendOutcome> {
  const { leg, deliveryId, attempt } = dispatch;
  await change(parts, dispatch, `skip:${deliveryId}:${attempt}`, known, (state) =>
    skipDelivery(state, { leg, reason, now: parts.now() }),
  );
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

function change(
  parts: SendParts,
  { outreachId, tenantId, deliveryId, attempt }: DispatchDelivery,
  commandId: string,
  known: Folded<OutreachState>,
  decide: (state: OutreachState) => readonly OutreachEvent[],
) {
  const causationId = `${deliveryId}:${attempt}`;
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
