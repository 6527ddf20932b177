import type { ChannelProvider, OutboundMessage } from '@homing/channels';
import type { AttemptOutcomeUnknown } from '@homing/contracts';
import type { ProviderAnswer } from '@homing/domain';
import type { Timing } from '@homing/service-kit';
import { providerCalls } from './send.metrics.js';

/**
 * Calls the provider once, within what is left of the lease. With nothing left it is not called at all, which is an answer
 * too: surely not accepted.
 */
export async function callProvider(
  provider: ChannelProvider,
  message: OutboundMessage,
  { leftMs, deadline }: { readonly leftMs: number; readonly deadline: Timing['deadline'] },
): Promise<ProviderAnswer> {
  if (leftMs < 1) return { kind: 'rejected', class: 'retryable', code: 'lease_passed' };
  const timeoutMs = Math.floor(leftMs);
  const done = providerCalls.timer();
  const result = await provider.send(message, { signal: deadline(timeoutMs), timeoutMs });
  const { key, channel } = provider;
  done({ provider: key, channel, outcome: result.kind, class: result.kind === 'rejected' ? result.class : 'none' });
  switch (result.kind) {
    case 'accepted':
    case 'rejected':
      return result;
    case 'unknown':
      return { kind: 'unknown', reason: UNKNOWN_REASONS[result.reason] ?? 'ambiguous_answer' };
  }
}

const UNKNOWN_REASONS: Readonly<Record<string, AttemptOutcomeUnknown['reason']>> = {
  timed_out: 'timeout',
  deadline: 'timeout',
  connection_reset: 'connection_lost',
  network_error: 'connection_lost',
};
