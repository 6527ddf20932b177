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
  const { channel, key } = provider;
  const result = await inSendSpan(provider, message, () =>
    timedCall(provider, async () => {
      const said = await provider.send(message, { signal: timing.deadline(timeoutMs), timeoutMs });
      return { said, heard: said };
    }),
  );
  rota?.note({ channel, provider: key, result, startedAt, endedAt: timing.monotonic() });
  return answerOf(result);
}

/** As the attempt's stream tells it. */
export function answerOf(result: SendResult): ProviderAnswer {
  switch (result.kind) {
    case 'accepted':
    case 'rejected':
    case 'assisted':
      return result;
    case 'unknown':
      return { kind: 'unknown', reason: UNKNOWN_REASONS[result.reason] ?? 'ambiguous_answer' };
  }
}

/** Times one call, to one or to many. `heard`: what the call came to; absent, it says nothing of the provider. */
export async function timedCall<T>(
  { key, channel }: Pick<ChannelProvider, 'key' | 'channel'>,
  call: () => Promise<{ readonly said: T; readonly heard: SendResult | undefined }>,
): Promise<T> {
  const done = providerCalls.timer();
  const { said, heard } = await call();
  const classOf = heard?.kind === 'rejected' ? heard.class : 'none';
  done({ provider: key, channel, outcome: heard?.kind ?? 'rejected', class: classOf });
  return said;
}

/** The send of one delivery: who is called, and what it came to; nothing of the message. */
export function inSendSpan<T extends { readonly kind: string }>(
  { key, channel }: Pick<ChannelProvider, 'key' | 'channel'>,
  { deliveryId, attempt }: OutboundMessage,
  send: () => Promise<T>,
): Promise<T> {
  const attributes = {
    'homing.provider': key,
    'homing.channel': channel,
    'homing.delivery.id': deliveryId,
    'homing.attempt': attempt,
  };
  return inSpan(`send ${channel}`, { kind: 'client', onlyInTrace: true, attributes }, async (span) => {
    const result: T & { readonly code?: unknown; readonly reason?: unknown } = await send();
    span.set({ 'homing.outcome': result.kind });
    if (result.kind === 'rejected') span.fail(String(result.code));
    if (result.kind === 'unknown') span.fail(String(result.reason));
    return result;
  });
}

const UNKNOWN_REASONS: Readonly<Record<string, AttemptOutcomeUnknown['reason']>> = {
  timed_out: 'timeout',
  deadline: 'timeout',
  connection_reset: 'connection_lost',
  network_error: 'connection_lost',
};
