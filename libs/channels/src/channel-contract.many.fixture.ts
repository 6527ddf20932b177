import { expect, it } from '@jest/globals';
import {
  SEND_AGAIN,
  wasSentBack,
  type OutboundMessage,
  type SendOptions,
  type SendResult,
} from './channel.provider.js';
import type { ChannelStage } from './channel-contract.fixture.js';
import type { Answer, LoopbackServer } from './loopback-provider.fixture.js';

interface Calling {
  readonly sent: (
    answer: Answer,
    messages: readonly OutboundMessage[],
    options?: SendOptions,
  ) => Promise<readonly SendResult[]>;
  readonly server: () => LoopbackServer;
  readonly most: number;
}

/** The part of the suite for providers that take many messages in one call. */
export function manyContract(
  { message, answers }: ChannelStage,
  refusedAt: NonNullable<ChannelStage['refusedAt']>,
  { sent, server, most }: Calling,
): void {
  const many = (count: number): OutboundMessage[] =>
    Array.from({ length: count }, (_, i) => ({
      ...message,
      deliveryId: `many-${i}.1`,
      to: { address: `r${i}@reader.test` },
      text: `Hello ${i}`,
    }));
  const all = (count: number, result: object) => Array.from({ length: count }, () => expect.objectContaining(result));

  it('sends many in one call, each under its own ids, and gives each an id of its own', async () => {
    const results = await sent(answers.accepted.answer, many(5));
    expect(results).toEqual(all(5, { kind: 'accepted' }));
    expect(new Set(results.map((result) => result.kind === 'accepted' && result.providerMessageId)).size).toBe(5);
    expect(server().calls).toHaveLength(1);
    for (const { deliveryId, to } of many(5))
      for (const part of [deliveryId, to.address]) expect(server().calls[0]?.body).toContain(part);
  });

  it('says of each what is true of the call: throttled, bad key, unavailable, unknown', async () => {
    const { throttled, badKey, unavailable, failed } = answers;
    const three = many(3);
    expect(await sent(throttled.answer, three)).toEqual(all(3, { kind: 'rejected', class: 'throttled' }));
    expect(await sent(badKey, three)).toEqual(all(3, { kind: 'rejected', class: 'auth' }));
    expect(await sent(unavailable, three)).toEqual(all(3, { kind: 'rejected', class: 'retryable' }));
    for (const answer of [failed, 'drop-after-reading'] as const)
      expect(await sent(answer, three)).toEqual(all(3, { kind: 'unknown' }));
    const options = { signal: new AbortController().signal, timeoutMs: 1_000 };
    expect(await sent('hang', three, options)).toEqual(all(3, { kind: 'unknown' }));
  });

  it('refuses the one whose address is refused, and sends the others back: nobody has them', async () => {
    const results = await sent(refusedAt(2), many(5));
    expect(results[2]).toMatchObject({ kind: 'rejected', class: 'permanent' });
    const others = results.toSpliced(2, 1);
    expect(others).toEqual(all(4, { kind: 'rejected', class: 'retryable', code: SEND_AGAIN }));
    expect(server().calls).toHaveLength(1);
  });

  it('takes a refusal that names nobody for no word on any one message', async () => {
    const results = await sent(answers.refused, many(3));
    expect(results.every(wasSentBack)).toBe(true);
  });

  it('keeps a message that may not be sent out of the call, and the call for the others', async () => {
    const [first, ...others] = many(3) as [OutboundMessage, ...OutboundMessage[]];
    const results = await sent(answers.accepted.answer, [{ ...first, headers: { Authorization: 'x' } }, ...others]);
    expect(results[0]).toEqual({ kind: 'rejected', class: 'permanent', code: 'header_not_allowed' });
    expect(results.slice(1)).toEqual(all(2, { kind: 'accepted' }));
    expect(server().calls[0]?.body).not.toContain(first.deliveryId);
  });

  it('sends nobody’s message under another’s sender, and no address twice in one call', async () => {
    const [first, other, again] = many(3) as [OutboundMessage, OutboundMessage, OutboundMessage];
    const stranger = { ...other, from: { address: 'other@sender.test' } };
    const results = await sent(answers.accepted.answer, [first, stranger, { ...again, to: first.to }]);
    expect(results.map(wasSentBack)).toEqual([false, true, true]);
    expect(server().calls[0]?.body).not.toContain('other@sender.test');
  });

  it('calls nobody for nothing, for too many, or when told to stop before', async () => {
    expect(await sent(answers.accepted.answer, [])).toEqual([]);
    await expect(sent(answers.accepted.answer, many(most + 1))).rejects.toBeInstanceOf(TypeError);
    const stopped = { signal: AbortSignal.abort(), timeoutMs: 1_000 };
    const results = await sent(answers.accepted.answer, many(2), stopped);
    expect(results).toEqual(all(2, { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' }));
    expect(server().calls).toHaveLength(0);
  });
}
