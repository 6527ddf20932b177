import type { ChannelProvider, OutboundMessage, SendResult } from '@homing/channels';
import type { AttemptOutcomeUnknown } from '@homing/contracts';
import type { ProviderAnswer } from '@homing/domain';
import type { Timing } from '@homing/service-kit';
import { inSpan } from '@homing/service-kit/telemetry';
import type { ProviderRota } from '../choose-provider/provider.rota.js';
import { providerCalls } from './send.metrics.js';

export interface CallBounds {
  /** Of the lease, in milliseconds. */
  readonly leftMs: number;
  readonly timing: Pick<Timing, 'deadline' | 'monotonic'>;
  /** Learns from the call. Default: nobody does. */
  readonly rota?: Pick<ProviderRota, 'note'> | undefined;
}

/**
 * Calls the provider once, within what is left of the lease. With nothing left it is not called at all, which is an answer
 * too: surely not accepted.
 */
export async function callProvider(
  provider: ChannelProvider,
  message: OutboundMessage,
  { leftMs, timing, rota }: CallBounds,
): Promise<ProviderAnswer> {
  if (leftMs < 1) return { kind: 'rejected', class: 'retryable', code: 'lease_passed' };
  const timeoutMs = Math.floor(leftMs);
  const startedAt = timing.monotonic();
  const result = await measured(provider, message, () =>
    provider.send(message, { signal: timing.deadline(timeoutMs), timeoutMs }),
  );
  const { channel, key } = provider;
  rota?.note({ channel, provider: key, result, startedAt, endedAt: timing.monotonic() });
  switch (result.kind) {
    case 'accepted':
    case 'rejected':
    case 'assisted':
      return result;
    case 'unknown':
      return { kind: 'unknown', reason: UNKNOWN_REASONS[result.reason] ?? 'ambiguous_answer' };
  }
}

/** Who is called, for which delivery, and what it came to; nothing of the message. */
function measured(
  { key, channel }: ChannelProvider,
  { deliveryId, attempt }: OutboundMessage,
  send: () => Promise<SendResult>,
): Promise<SendResult> {
  const attributes = {
    'homing.provider': key,
    'homing.channel': channel,
    'homing.delivery.id': deliveryId,
    'homing.attempt': attempt,
  };
  return inSpan(`send ${channel}`, { kind: 'client', onlyInTrace: true, attributes }, async (span) => {
    const done = providerCalls.timer();
    const result = await send();
    done({ provider: key, channel, outcome: result.kind, class: result.kind === 'rejected' ? result.class : 'none' });
    span.set({ 'homing.outcome': result.kind });
    if (result.kind === 'rejected') span.fail(result.code);
    if (result.kind === 'unknown') span.fail(result.reason);
    return result;
  });
}

const UNKNOWN_REASONS: Readonly<Record<string, AttemptOutcomeUnknown['reason']>> = {
  timed_out: 'timeout',
  deadline: 'timeout',
  connection_reset: 'connection_lost',
  network_error: 'connection_lost',
};
