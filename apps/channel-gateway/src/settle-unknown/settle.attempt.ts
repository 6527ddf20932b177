import type { ChannelProvider } from '@homing/channels';
import type { LookUpAttempt } from '@homing/contracts';
import { attemptState, deliveryOf, settleUnknown, type OutreachState } from '@homing/domain';
import type { Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import { RetryLaterError } from '@homing/messaging';
import { crashPoint, systemTiming } from '@homing/service-kit';
import { ProviderMissingError, type SendParts } from '../send-delivery/send.attempt.js';
import type { LookUpPace } from './look-up.pace.js';
import { settlements } from './settle.metrics.js';
import { resendAttempt } from './resend.attempt.js';

export interface SettleParts extends SendParts {
  readonly pace: Pick<LookUpPace, 'take' | 'rest'>;
  /** Bound of one question in milliseconds. */
  readonly lookUpTimeoutMs: number;
  /** Told when an account may not ask: an operator's matter. */
  readonly onUnsupported: (provider: string, code: string) => void;
}

/** `open`: nothing could be found out this time. `stood_down`: there was nothing to find out, or it is somebody else's turn. */
export type SettleOutcome =
  | { readonly kind: 'sent' | 'not_sent'; readonly via: 'lookup' | 'resend' }
  | { readonly kind: 'open' | 'stood_down'; readonly reason: string };

/** How long to wait where a provider that gave no answer names no time, in milliseconds. */
const AGAIN_MS = 60_000;
/** Longest wait of a question that came too early, in milliseconds. */
const EARLY_CAP_MS = 10 * 60_000;

/**
 * Finds out what became of an attempt of unknown outcome: by asking its provider, else by giving it the attempt again under
 * the key that it honours. Nothing is appended unless something is certain.
 */
export async function settleAttempt(parts: SettleParts, asked: LookUpAttempt): Promise<SettleOutcome> {
  const outcome = await findOut(parts, asked);
  settlements.inc({ outcome: outcome.kind, via: 'via' in outcome ? outcome.via : 'none' });
  return outcome;
}

async function findOut(parts: SettleParts, asked: LookUpAttempt): Promise<SettleOutcome> {
  // It comes seldom, and questions are few: how things stand by now is worth a read.
  const known = await readOutreach(parts.store, asked.outreachId);
  const attempt = deliveryOf(known.state, asked.leg)?.attempts.find((a) => a.attempt === asked.attempt);
  if (!attempt || attemptState(attempt) !== 'outcome_unknown') return { kind: 'stood_down', reason: 'not_unknown' };
  const provider = parts.provider(attempt.provider);
  if (!provider) throw new ProviderMissingError(attempt.provider);
  const { lookUp, idempotencyKey } = provider.capabilities;
  const found: SettleOutcome =
    lookUp && attempt.recourse?.lookUpAfterSeconds !== undefined
      ? await askProvider(parts, asked, { known, provider, perMinute: lookUp.perMinute })
      : { kind: 'open', reason: 'cannot_be_asked' };
  if (found.kind !== 'open' || !idempotencyKey) return found;
  return resendAttempt(parts, asked, { known, provider });
}

interface Question {
  readonly known: Folded<OutreachState>;
  readonly provider: ChannelProvider;
  readonly perMinute: number;
}

async function askProvider(parts: SettleParts, asked: LookUpAttempt, question: Question): Promise<SettleOutcome> {
  const { provider, perMinute } = question;
  const wait = parts.pace.take(provider.key, perMinute);
  if (wait > 0) throw new RetryLaterError(wait);
  const askedAt = parts.now();
  const { deadline } = parts.timing ?? systemTiming;
  const timeoutMs = parts.lookUpTimeoutMs;
  crashPoint('gateway.before-lookup');
  const result = await provider.lookUp?.(asked, { signal: deadline(timeoutMs), timeoutMs });
  crashPoint('gateway.after-lookup');
  switch (result?.kind) {
    case 'accepted':
      return record(parts, asked, question, { outcome: 'sent', askedAt, ...messageId(result.providerMessageId) });
    case 'not_found':
      return record(parts, asked, question, { outcome: 'not_sent', askedAt });
    case 'unavailable':
      if (result.retryAfterSeconds !== undefined) parts.pace.rest(provider.key, result.retryAfterSeconds);
      throw new RetryLaterError(Math.max(AGAIN_MS, (result.retryAfterSeconds ?? 0) * 1000));
    case 'unsupported':
    case undefined:
      parts.onUnsupported(provider.key, result?.code ?? 'no_look_up');
      return { kind: 'open', reason: 'unsupported' };
  }
}

interface Found {
  readonly outcome: 'sent' | 'not_sent';
  readonly askedAt: string;
  readonly providerMessageId?: string;
}

async function record(
  parts: SettleParts,
  asked: LookUpAttempt,
  { known }: Question,
  found: Found,
): Promise<SettleOutcome> {
  const { outreachId, tenantId, deliveryId, leg, attempt } = asked;
  let kind = '';
  await changeOutreach(parts.store, parts.instance, {
    outreachId,
    tenantId,
    known,
    decide: (state) => {
      const decision = settleUnknown(state, { leg, attempt, via: 'lookup', ...found, now: parts.now() });
      kind = decision.kind;
      return decision.kind === 'settle' ? decision.events : [];
    },
    commandId: `lookup:${deliveryId}:${attempt}:${found.outcome}`,
    causationId: `lookup:${deliveryId}:${attempt}`,
    now: parts.now(),
  });
  crashPoint('gateway.after-lookup-recorded');
  if (kind === 'too_early') throw new RetryLaterError(EARLY_CAP_MS);
  return kind === 'settle' || kind === 'stands'
    ? { kind: found.outcome, via: 'lookup' }
    : { kind: 'stood_down', reason: kind };
}

const messageId = (id: string | undefined) => (id === undefined ? {} : { providerMessageId: id });
