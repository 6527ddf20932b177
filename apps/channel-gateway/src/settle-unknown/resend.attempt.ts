import type { ChannelProvider } from '@homing/channels';
import type { LookUpAttempt } from '@homing/contracts';
import {
  claimResend,
  deliveryOf,
  settleUnknown,
  type KnownOutreach,
  type OutreachState,
  type ResendDecision,
} from '@homing/domain';
import { AppendOutcomeUnknownError, type Folded } from '@homing/event-store';
import { RetryLaterError } from '@homing/messaging';
import { retryWithBackoff, systemTiming } from '@homing/service-kit';
import { changeAttempt } from '../send-delivery/attempt.change.js';
import { callProvider } from '../send-delivery/provider.call.js';
import { heldNow } from '../send-delivery/last.check.js';
import { gateQuestion, heldBackBy } from '../send-delivery/send.gate.js';
import type { SendParts } from '../send-delivery/send.attempt.js';
import type { SettleOutcome } from './settle.attempt.js';

interface Resending {
  readonly known: Folded<OutreachState>;
  readonly provider: ChannelProvider;
}

/**
 * Gives the provider the same attempt once more, under the same key, claimed exclusively as a first call is. That it takes
 * it settles the attempt as sent: once, whichever call it counts. Every other answer says nothing of the first call.
 */
export async function resendAttempt(
  parts: SendParts,
  asked: LookUpAttempt,
  { known, provider }: Resending,
): Promise<SettleOutcome> {
  const { timing = systemTiming } = parts;
  const { leg, attempt } = asked;
  const delivery = deliveryOf(known.state, leg);
  const seen = claimResend(known.state, claimOf(parts, asked, timing.randomId()));
  if (seen.kind === 'stand_down' || !delivery) return standDown(seen);
  const rendered = await parts.render({
    ...{ state: known.state as KnownOutreach, delivery, attempt },
    provider: provider.key,
  });
  if (rendered.kind === 'impossible') return { kind: 'open', reason: rendered.reason };

  const question = gateQuestion(known.state as KnownOutreach, delivery);
  const reading = await parts.gate.ask(question);
  const held = heldBackBy(reading.answer);
  if (held) return { kind: 'open', reason: held.reason };
  const turn = await parts.turns?.take(provider.key);
  if (turn?.kind === 'later') throw new RetryLaterError(turn.waitMs);
  const claimId = timing.randomId();
  const lease = timing.monotonic() + parts.providerTimeoutMs + parts.leaseMarginMs;
  let decision: ResendDecision = seen;
  const claimed = await retryWithBackoff(
    () =>
      changeAttempt(parts, asked, {
        commandId: `resend:${claimId}`,
        known,
        decide: (state) => {
          decision = claimResend(state, claimOf(parts, asked, claimId));
          return decision.kind === 'claim' ? decision.events : [];
        },
      }),
    { ...timing, retryable: (error) => error instanceof AppendOutcomeUnknownError && timing.monotonic() < lease },
  );
  const taken = decision as ResendDecision;
  if (taken.kind === 'stand_down') return standDown(taken);
  const sending = { provider, question, reading, ...(turn ? { turn } : {}) };
  const heldBack = await heldNow({ ...parts, timing }, sending);
  if (heldBack) return { kind: 'open', reason: heldBack.reason };
  const leftMs = lease - parts.leaseMarginMs - timing.monotonic();
  const answer = await callProvider(provider, rendered.message, { leftMs, timing, rota: parts.rota });
  if (answer.kind !== 'accepted') return { kind: 'open', reason: answer.kind };
  const { providerMessageId } = answer;
  const decide = (state: OutreachState) => {
    const found = { leg, attempt, outcome: 'sent', via: 'resend', providerMessageId, now: parts.now() } as const;
    const settled = settleUnknown(state, found);
    return settled.kind === 'settle' ? settled.events : [];
  };
  const commandId = `resent:${claimId}`;
  await retryWithBackoff(() => changeAttempt(parts, asked, { commandId, known: claimed, decide }), timing);
  return { kind: 'sent', via: 'resend' };
}

const standDown = (decision: ResendDecision): SettleOutcome =>
  decision.kind === 'stand_down'
    ? { kind: 'stood_down', reason: decision.reason }
    : { kind: 'stood_down', reason: 'not_unknown' };

const claimOf = (parts: SendParts, { leg, attempt }: LookUpAttempt, claimId: string) => ({
  leg,
  attempt,
  claimId,
  claimedBy: parts.instance,
  now: parts.now(),
  leaseMs: parts.providerTimeoutMs + parts.leaseMarginMs,
});
