import { expect, it } from '@jest/globals';
import type { ChannelStage } from './channel-contract.fixture.js';
import type { LookUpResult, OutboundMessage, SendOptions } from './channel.provider.js';
import type { Answer, LoopbackServer, SeenCall } from './loopback-provider.fixture.js';

/** The part of the suite for providers that can be asked. */
export function lookUpContract(
  { lookUp, answers, message }: ChannelStage,
  asked: (answer: Answer, options?: SendOptions) => Promise<LookUpResult>,
  server: () => LoopbackServer,
): void {
  const { found, notFound, notAllowed, asks } = lookUp!;
  it('finds an attempt it has, and says when it has none', async () => {
    expect(await asked(found.answer)).toEqual({ kind: 'accepted', providerMessageId: found.providerMessageId });
    expect(await asked(notFound)).toEqual({ kind: 'not_found' });
    const { path, body } = server().calls[0]!;
    if (asks) return expect(server().calls.every(asks)).toBe(true);
    for (const part of [message.deliveryId, String(message.attempt)])
      expect(`${decodeURIComponent(path)} ${body}`).toContain(part);
  });

  it('takes no other answer for "not found"', async () => {
    const { throttled, unavailable, failed } = answers;
    expect(await asked(throttled.answer)).toMatchObject({
      kind: 'unavailable',
      retryAfterSeconds: throttled.retryAfterSeconds,
    });
    for (const answer of [unavailable, failed, 'drop-after-reading', { status: 200, body: 'PROSE' }] as const)
      expect(await asked(answer)).toMatchObject({ kind: 'unavailable' });
    expect(await asked('hang', { signal: new AbortController().signal, timeoutMs: 50 })).toMatchObject({
      kind: 'unavailable',
    });
    expect(await asked(notAllowed)).toMatchObject({ kind: 'unsupported' });
  });

  it('asks once, sends nothing, and repeats no prose', async () => {
    const said = JSON.stringify(await asked(answers.failed));
    expect(server().calls).toHaveLength(1);
    expect(server().calls[0]?.body).not.toContain(message.to.address);
    expect(said).not.toContain('PROSE');
  });
}

/** The part of the suite for providers that honour a key of ours. */
export function keyContract(
  { answers, message }: ChannelStage,
  keyOf: (call: SeenCall) => string | undefined,
  sending: {
    send: (answer: Answer, other: Partial<OutboundMessage>) => Promise<unknown>;
    calls: () => readonly SeenCall[];
  },
): void {
  it('gives the same attempt the same key, and any other another', async () => {
    const keys: (string | undefined)[] = [];
    for (const other of [{}, {}, { attempt: message.attempt + 1 }, { deliveryId: `${message.deliveryId}2` }]) {
      await sending.send(answers.accepted.answer, other);
      keys.push(keyOf(sending.calls().at(-1)!));
    }
    expect(keys[0]).toMatch(/\S/);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });
}
