import { SEND_AGAIN, wasSentBack, type ChannelProvider, type OutboundMessage, type SendResult } from '@homing/channels';
import { crashPoint } from '@homing/service-kit';
import { answerOf, timedCall, type CallBounds } from '../send-delivery/provider.call.js';
import type { SharedAnswer } from './shared.calls.js';

/**
 * Calls the provider once for many messages, within what is left of the shortest of their leases; one answer for each, in order. It is
 * one call: the provider's standing learns from it once. @throws TypeError for a provider that does not take so many
 */
export async function callForMany(
  provider: ChannelProvider,
  messages: readonly OutboundMessage[],
  { leftMs, timing, rota }: CallBounds,
): Promise<readonly SharedAnswer[]> {
  const { sendMany, channel, key } = provider;
  if (!sendMany) throw new TypeError(`${key} takes one message in a call`);
  const timeoutMs = Math.floor(leftMs);
  const startedAt = timing.monotonic();
  crashPoint('gateway.before-shared-call');
  const { said, heard } = await timedCall(provider, async () => {
    const results = await sendMany.call(provider, messages, { signal: timing.deadline(timeoutMs), timeoutMs });
    const told = heardOf(results);
    return { said: { said: results, heard: told }, heard: told };
  });
  crashPoint('gateway.after-shared-call');
  if (heard) rota?.note({ channel, provider: key, result: heard, startedAt, endedAt: timing.monotonic() });
  return said.map((result) =>
    wasSentBack(result)
      ? { kind: 'sent_back', again: result.kind === 'rejected' && result.code === SEND_AGAIN }
      : answerOf(result),
  );
}

/**
 * What a call for many says of the provider: what it said of the call, before what it said of single messages. Undefined: nothing, it
 * only sent them back.
 */
const heardOf = (results: readonly SendResult[]): SendResult | undefined => {
  const told = results.filter((result) => !wasSentBack(result));
  return told.find((result) => !(result.kind === 'rejected' && result.class === 'permanent')) ?? told[0];
};
