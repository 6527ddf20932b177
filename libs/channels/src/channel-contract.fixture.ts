// The definition of done for a provider: every one passes this suite against its own answers on loopback.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttemptRef, Capabilities, ChannelProvider, OutboundMessage, SendOptions } from './channel.provider.js';
import { manyContract } from './channel-contract.many.fixture.js';
import { keyContract, lookUpContract } from './channel-contract.recourse.fixture.js';
import { LoopbackProvider, type Answer, type LoopbackServer, type SeenCall } from './loopback-provider.fixture.js';
import { readWebhook, type WebhookParser, type WebhookRequest } from './webhook.parser.js';

/** How one provider says the things every provider can say. */
export interface ChannelStage {
  /** A new provider that calls `baseUrl`; made for every test and closed after it. */
  provide(baseUrl: string): ChannelProvider;
  /** Whom it calls, where that is no HTTP server. */
  serve?(): Promise<LoopbackServer>;
  readonly message: OutboundMessage;
  readonly answers: {
    readonly accepted: { readonly answer: Answer; readonly providerMessageId: string };
    /** Without seconds where the provider has no way to state them. */
    readonly throttled: { readonly answer: Answer; readonly retryAfterSeconds?: number };
    readonly badKey: Answer;
    readonly refused: Answer;
    readonly unavailable: Answer;
    readonly failed: Answer;
  };
  /**
   * Where our ids stand in a call, when not as JSON strings in its body; `false` when the provider takes nothing of ours with a
   * message: then a call must at least name its recipient, and `to.address` of the message must be all digits, with or without a
   * plus sign before them.
   */
  readonly attemptOf?: ((call: SeenCall) => AttemptRef | undefined) | false;
  /** With capability `lookUp`: what the provider answers when asked. */
  readonly lookUp?: {
    readonly found: { readonly answer: Answer; readonly providerMessageId: string };
    readonly notFound: Answer;
    /** The account may not ask. */
    readonly notAllowed: Answer;
    /** Where the question names the attempt by something derived from its ids: whether it does. */
    readonly asks?: (call: SeenCall) => boolean;
  };
  /** With capability `batch`: what the provider answers where it names the address of one of its messages, and only that. */
  readonly refusedAt?: (place: number) => Answer;
  /** With capability `idempotencyKey`: the key in a call. */
  readonly keyOf?: (call: SeenCall) => string | undefined;
  /** With capability `webhooks`: the parser and a request that it must accept. */
  readonly webhook?: {
    readonly parser: WebhookParser;
    readonly valid: WebhookRequest;
    /**
     * For signatures that cover what a body means and not its bytes (forms, whose escapes may be written in either case): what it
     * means. A change that leaves it as it was need not be refused. Default: the bytes themselves.
     */
    readonly meaningOf?: (rawBody: Uint8Array) => string;
    /**
     * What vouches for a body. Default `body`: its signature covers it. `token`: what is signed is only to be taken once
     * (`replay`). `caller`: nothing but who calls; anybody with the secret says what they like.
     */
    readonly vouches?: 'body' | 'token' | 'caller';
  };
}

const patient = (): SendOptions => ({ signal: new AbortController().signal, timeoutMs: 30_000 });

export function channelContract(name: string, stage: ChannelStage, capabilities: Capabilities): void {
  describe(`${name} keeps the channel contract`, () => {
    let server: LoopbackServer;
    const start = () => stage.serve?.() ?? LoopbackProvider.start();
    let provider: ChannelProvider;
    const answered = (answer: Answer, options = patient(), other: Partial<OutboundMessage> = {}) => {
      server.answer = answer;
      return provider.send({ ...stage.message, ...other }, options);
    };

    beforeEach(async () => {
      server = await start();
      provider = stage.provide(server.url);
    });
    afterEach(async () => {
      provider.close();
      await server.close();
    });

    it('declares what it can', () => {
      expect(provider.capabilities).toEqual(capabilities);
      expect(provider.key).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(capabilities.webhooks).toBe(stage.webhook !== undefined);
      expect(capabilities.lookUp !== false).toBe(stage.lookUp !== undefined);
      expect(provider.lookUp !== undefined).toBe(capabilities.lookUp !== false);
      expect(provider.sendMany !== undefined).toBe(capabilities.batch !== false);
      expect(capabilities.batch !== false).toBe(stage.refusedAt !== undefined);
      expect(capabilities.idempotencyKey !== false).toBe(stage.keyOf !== undefined);
    });

    it('returns the provider’s id of an accepted message, and its one call names delivery, attempt and tenant', async () => {
      const { answer, providerMessageId } = stage.answers.accepted;
      expect(await answered(answer)).toEqual({ kind: 'accepted', providerMessageId });
      expect(server.calls).toHaveLength(1);
      const { deliveryId, attempt, tenantId, to } = stage.message;
      const [call] = server.calls as [SeenCall];
      if (stage.attemptOf === false) expect(call.path + call.body).toContain(to.address);
      else if (stage.attemptOf) expect(stage.attemptOf(call)).toEqual({ deliveryId, attempt, tenantId });
      else for (const part of [deliveryId, String(attempt), tenantId]) expect(call.body).toContain(part);
    });

    it('tells throttled, bad key, refused and unavailable apart', async () => {
      const { throttled, badKey, refused, unavailable } = stage.answers;
      const { retryAfterSeconds } = throttled;
      expect(await answered(throttled.answer)).toMatchObject({
        kind: 'rejected',
        class: 'throttled',
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      });
      expect(await answered(badKey)).toMatchObject({ kind: 'rejected', class: 'auth' });
      expect(await answered(refused)).toMatchObject({ kind: 'rejected', class: 'permanent' });
      expect(await answered(unavailable)).toMatchObject({ kind: 'rejected', class: 'retryable' });
    });

    it('does not know what became of a message after an internal error', async () => {
      expect(await answered(stage.answers.failed)).toMatchObject({ kind: 'unknown' });
    });

    it('does not know what became of a message whose connection broke after it was written', async () => {
      expect(await answered('drop-after-reading')).toMatchObject({ kind: 'unknown' });
      expect(server.calls).toHaveLength(1);
    });

    it('may retry what found nobody listening', async () => {
      await server.close();
      expect(await provider.send(stage.message, patient())).toMatchObject({ kind: 'rejected', class: 'retryable' });
      server = await start();
    });

    it('gives up at its time-out, closes the connection and says unknown', async () => {
      expect(await answered('hang', { ...patient(), timeoutMs: 1_000 })).toMatchObject({ kind: 'unknown' });
      await server.until(() => server.abandoned === 1);
    });

    it('gives up when told to, closes the connection and says unknown', async () => {
      const stop = new AbortController();
      const result = answered('hang', { ...patient(), signal: stop.signal });
      await server.until(() => server.calls.length === 1);
      stop.abort();
      expect(await result).toMatchObject({ kind: 'unknown' });
      await server.until(() => server.abandoned === 1);
    });

    it('calls nobody when it was told to stop before', async () => {
      const { answer } = stage.answers.accepted;
      const stopped = await answered(answer, { ...patient(), signal: AbortSignal.abort() });
      expect(stopped).toMatchObject({ kind: 'rejected', class: 'retryable' });
      expect(server.calls).toHaveLength(0);
    });

    it('calls once, whatever the answer', async () => {
      const { accepted, throttled, ...others } = stage.answers;
      const answers: Answer[] = [accepted.answer, throttled.answer, ...Object.values(others), 'drop-after-reading'];
      for (const [index, answer] of answers.entries()) {
        await answered(answer);
        expect(server.calls).toHaveLength(index + 1);
      }
    });

    it('keeps concurrent messages apart', async () => {
      server.answer = stage.answers.accepted.answer;
      const { attemptOf, message } = stage;
      const plus = message.to.address.startsWith('+') ? '+' : '';
      const others = Array.from({ length: 100 }, (_, i) => ({
        deliveryId: `concurrent-${i}.1`,
        to: attemptOf === false ? { address: `${plus}${1_000_000_000 + i}` } : message.to,
      }));
      const sent = await Promise.all(others.map((other) => provider.send({ ...message, ...other }, patient())));
      expect(sent.every((result) => result.kind === 'accepted')).toBe(true);
      const isOf = (call: SeenCall, { deliveryId, to }: (typeof others)[number]) => {
        if (attemptOf === false) return (call.path + call.body).includes(to.address);
        return attemptOf ? attemptOf(call)?.deliveryId === deliveryId : call.body.includes(`"${deliveryId}"`);
      };
      for (const other of others) expect(server.calls.filter((call) => isOf(call, other))).toHaveLength(1);
    });

    it('lets nothing of the person or of the provider’s prose into its result', async () => {
      const { accepted, throttled, ...others } = stage.answers;
      for (const answer of [throttled.answer, ...Object.values(others)]) {
        const said = JSON.stringify(await answered(answer));
        expect(said).not.toContain(stage.message.to.address);
        expect(said).not.toContain('PROSE');
      }
      expect(accepted.answer).toBeDefined();
    });

    it('refuses a message header that is not on the list, and calls nobody', async () => {
      if (provider.channel !== 'email') return;
      const headers = { Authorization: 'Bearer SG.other' };
      const result = await provider.send({ ...stage.message, headers }, patient());
      expect(result).toEqual({ kind: 'rejected', class: 'permanent', code: 'header_not_allowed' });
      expect(server.calls).toHaveLength(0);
    });

    const asked = (answer: Answer, options = patient()) => {
      server.answer = answer;
      return provider.lookUp!(stage.message, options);
    };
    if (stage.refusedAt) {
      const sent = (answer: Answer, messages: readonly OutboundMessage[], options = patient()) => {
        server.answer = answer;
        return provider.sendMany!(messages, options);
      };
      manyContract(stage, stage.refusedAt, { sent, server: () => server, most: Number(capabilities.batch) });
    }
    if (stage.lookUp) lookUpContract(stage, asked, () => server);
    if (stage.keyOf) {
      const send = (answer: Answer, other: Partial<OutboundMessage>) => answered(answer, patient(), other);
      keyContract(stage, stage.keyOf, { send, calls: () => server.calls });
    }
    if (stage.webhook) webhookContract(stage.webhook);
  });
}

function webhookContract({ parser, valid, meaningOf, vouches = 'body' }: NonNullable<ChannelStage['webhook']>): void {
  it('accepts its own webhook under any header case and any order of keys', async () => {
    const upper = Object.fromEntries(Object.entries(valid.headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(parser.verify(valid)).toEqual({ kind: 'valid' });
    expect(parser.verifyHead(valid)).toEqual({ kind: 'valid' });
    expect(parser.verifyHead({ ...valid, headers: {} })).toMatchObject({ kind: 'invalid' });
    expect(parser.verify({ ...valid, headers: upper })).toEqual({ kind: 'valid' });
    expect(parser.verify({ ...valid, keys: ['bm90IGEga2V5', ...valid.keys] })).toEqual({ kind: 'valid' });
    expect((await readWebhook(parser, valid.rawBody, valid)).facts.length).toBeGreaterThan(0);
  });

  it('accepts no webhook without a key in force', () => {
    expect(parser.verify({ ...valid, keys: [] })).toMatchObject({ kind: 'invalid' });
  });

  it('says whether its signature leaves the body open', () => {
    expect(parser.replay !== undefined).toBe(vouches === 'token');
  });

  if (vouches !== 'caller')
    it('accepts no body with any bit changed', () => {
      const bit = fc.integer({ min: 0, max: valid.rawBody.length * 8 - 1 });
      const first = parser.replay?.(valid.rawBody, valid);
      fc.assert(
        fc.property(bit, (at) => {
          const rawBody = Uint8Array.from(valid.rawBody);
          rawBody[at >> 3] = (rawBody[at >> 3] ?? 0) ^ (1 << (at & 7));
          if (meaningOf && meaningOf(rawBody) === meaningOf(valid.rawBody)) return;
          const changed = { ...valid, rawBody };
          const verdict = parser.verify(changed);
          const again = verdict.kind === 'valid' ? parser.replay?.(rawBody, changed) : undefined;
          if (!again) return expect(verdict).toMatchObject({ kind: 'invalid' });
          expect(again.key).toBe(first?.key);
          expect(again.content).not.toBe(first?.content);
        }),
        { numRuns: 300 },
      );
    });

  it('reads any bytes without throwing', async () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (rawBody) => {
        const { facts, faults } = await readWebhook(parser, rawBody);
        expect(facts.length + faults.length).toBeGreaterThanOrEqual(0);
      }),
    );
  });
}
