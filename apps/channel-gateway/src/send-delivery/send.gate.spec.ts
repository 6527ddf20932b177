import { describe, expect, it } from '@jest/globals';
import type { ChannelProvider, OutboundMessage } from '@homing/channels';
import { outreachStream, type DispatchDelivery, type OutreachEvent } from '@homing/contracts';
import { dueDispatches, emptyOutreach, evolveOutreach, type OutreachState } from '@homing/domain';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import { RetryLaterError } from '@homing/messaging';
import { systemTiming } from '@homing/service-kit';
import { committed, deliveryId, outreachId, plan, request, T0 } from '@homing/testing/outreach-story';
import type { GateAnswer, GateQuestion } from '@homing/vault/gate';
import fc from 'fast-check';
import { sendAttempt, type SendParts } from './send.attempt.js';
import { createSendGate, GATE_FRESH_MS, type GateReading } from './send.gate.js';

const { tenantId } = request;
const campaignKey = 'c1f2c8e0-6c0e-4b43-9d0c-000000000003';
const metadata = {
  tenantId,
  correlationId: outreachId,
  causationId: 'c',
  recordedAt: T0,
  recordedBy: 'spec',
  schemaVersion: 1,
};
const [requested, ...decided] = committed;
const story: readonly OutreachEvent[] = [
  { ...requested, data: { ...request, campaignKey } } as OutreachEvent,
  ...decided,
];
const message: OutboundMessage = {
  deliveryId,
  attempt: 1,
  tenantId,
  to: { address: 'a@x.test' },
  from: { address: 'b@x.test' },
  text: 't',
};
const open: GateAnswer = { kind: 'open' };
const held: readonly [GateAnswer, string][] = [
  [{ kind: 'stopped' }, 'campaign_stopped'],
  [{ kind: 'suppressed', reason: 'unsubscribe' }, 'suppressed'],
  [{ kind: 'no_consent', reason: 'consent_withdrawn' }, 'consent_withdrawn'],
  [{ kind: 'no_consent', reason: 'consent_expired' }, 'consent_expired'],
];

/** A word of the gate, and how many milliseconds it takes; an error for a database that is away. */
interface Word {
  readonly says: GateAnswer | Error;
  readonly takes?: number;
}

async function stage(words: readonly Word[], claimTakes = 0) {
  const clock = { now: 1_000 };
  const timing = { ...systemTiming, monotonic: () => clock.now, sleep: () => Promise.resolve() };
  const memory = new InMemoryEventStore();
  const stream = outreachStream(outreachId);
  await handleCommand(memory, outreachFold, { stream, decide: () => story, commandId: 'decide', metadata });
  const store: SendParts['store'] = {
    readStream: memory.readStream.bind(memory),
    append: (append) => {
      clock.now += claimTakes;
      return memory.append(append);
    },
  };
  const asked: GateQuestion[] = [];
  const calls: number[] = [];
  const left = [...words];
  const gate: SendParts['gate'] = {
    ask: async (question): Promise<GateReading> => {
      asked.push(question);
      const askedAt = clock.now;
      const { says, takes = 0 } = (left.length > 1 ? left.shift() : left[0]) ?? { says: open };
      clock.now += takes;
      if (says instanceof Error) throw says;
      return { answer: says, askedAt };
    },
  };
  const provider: ChannelProvider = {
    key: 'sendgrid',
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: () => (calls.push(clock.now), Promise.resolve({ kind: 'accepted', providerMessageId: 'pm' })),
    close: () => undefined,
  };
  const parts: SendParts = {
    store,
    instance: 'g',
    gate,
    render: () => Promise.resolve({ kind: 'message', message }),
    provider: () => provider,
    now: () => T0,
    providerTimeoutMs: 10_000,
    leaseMarginMs: 5_000,
    timing,
  };
  const dispatch = dueDispatches(story.reduce(evolveOutreach, emptyOutreach), 2n, T0)[0]
    ?.data as DispatchDelivery<OutreachState>;
  const send = (over: Partial<SendParts> = {}) => sendAttempt({ ...parts, ...over }, dispatch);
  const appended = async () => {
    const read = await memory.readStream(stream);
    return read.kind === 'found' ? read.events.slice(story.length).map(({ type, data }) => ({ type, data })) : [];
  };
  return { send, asked, calls, appended, clock };
}
const typesOf = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

describe('the gate before the claim', () => {
  it('is asked once for its campaign and its address, and lets the message through', async () => {
    const { send, asked, calls } = await stage([{ says: open }], 100);
    expect(await send()).toEqual({ kind: 'accepted' });
    const consent = { channel: 'email', purpose: 'marketing', required: false };
    expect(asked).toEqual([{ tenantId, campaignKey, fingerprint: plan.contact.fingerprint, consent }]);
    expect(calls).toHaveLength(1);
  });

  it('puts the dispatch of a paused campaign down, unclaimed', async () => {
    const { send, calls, appended } = await stage([{ says: { kind: 'paused' } }]);
    expect(await send()).toEqual({ kind: 'resting', reason: 'campaign_paused' });
    expect(calls).toEqual([]);
    expect(await appended()).toEqual([]);
  });

  it.each(held)('skips what is never to be sent: %j', async (says, reason) => {
    const { send, calls, appended } = await stage([{ says }]);
    expect(await send()).toEqual({ kind: 'skipped', reason });
    expect(calls).toEqual([]);
    expect(await appended()).toMatchObject([
      { type: 'DeliverySkipped', data: { reason } },
      { type: 'OutreachSettled' },
    ]);
  });

  it.each<[string, Word]>([
    ['cannot be read', { says: new Error('database away') }],
    ['does not know the campaign', { says: { kind: 'campaign_missing' } }],
  ])('that %s claims nothing; the dispatch comes again', async (_what, word) => {
    const { send, calls, appended } = await stage([word]);
    await expect(send()).rejects.toThrow();
    expect(calls).toEqual([]);
    expect(await appended()).toEqual([]);
  });

  it('ends at once what is planned for later and never to be sent', async () => {
    const early = { now: () => '2026-05-01T09:59:00.000Z' };
    const stopped = await stage([{ says: { kind: 'stopped' } }]);
    expect(await stopped.send(early)).toEqual({ kind: 'skipped', reason: 'campaign_stopped' });
    for (const says of [open, { kind: 'paused' } as const])
      await expect((await stage([{ says }])).send(early)).rejects.toBeInstanceOf(RetryLaterError);
  });
});

describe('the gate after the claim', () => {
  const slowClaim = GATE_FRESH_MS + 1;

  it('is asked again when its word has grown old', async () => {
    const { send, asked, calls } = await stage([{ says: open }], slowClaim);
    expect(await send()).toEqual({ kind: 'accepted' });
    expect(asked).toHaveLength(2);
    expect(calls).toHaveLength(1);
  });

  it('holds back what was paused meanwhile: it used up no try and is tried again', async () => {
    const { send, calls, appended } = await stage([{ says: open }, { says: { kind: 'paused' } }], slowClaim);
    expect(await send()).toEqual({ kind: 'withheld', reason: 'campaign_paused' });
    expect(calls).toEqual([]);
    expect(await appended()).toMatchObject([
      { type: 'AttemptStarted' },
      { type: 'AttemptRejected', data: { class: 'retryable', code: 'campaign_paused', retryAfterSeconds: 1 } },
    ]);
  });

  it.each(held)('skips what meanwhile is never to be sent: %j', async (says, reason) => {
    const { send, calls, appended } = await stage([{ says: open }, { says }], slowClaim);
    expect(await send()).toEqual({ kind: 'skipped', reason });
    expect(calls).toEqual([]);
    expect(typesOf(await appended())).toEqual([
      'AttemptStarted',
      'AttemptRejected',
      'DeliverySkipped',
      'OutreachSettled',
    ]);
  });

  it.each<[string, Word]>([
    ['cannot be read', { says: new Error('database away') }],
    ['is always old when it comes', { says: open, takes: slowClaim }],
  ])('that %s lets nothing through', async (_what, word) => {
    const { send, calls, appended } = await stage([{ says: open }, word], slowClaim);
    expect(await send()).toEqual({ kind: 'withheld', reason: 'gate_unreadable' });
    expect(calls).toEqual([]);
    expect((await appended())[1]).toMatchObject({ type: 'AttemptRejected', data: { code: 'gate_unreadable' } });
  });

  it('lets no call start more than 500 ms after a pause stood, however slow everything is', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3_000 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 1_200 }),
        async (pausedAfter, asks, claimTakes) => {
          const world = await stage([], claimTakes);
          const pausedAt = world.clock.now + pausedAfter;
          const left = [...asks];
          const ask = async (): Promise<GateReading> => {
            const askedAt = world.clock.now;
            const answer: GateAnswer = askedAt < pausedAt ? open : { kind: 'paused' };
            world.clock.now += left.shift() ?? 0;
            return { answer, askedAt };
          };
          const outcome = await world.send({ gate: { ask } });
          expect(['accepted', 'resting', 'withheld']).toContain(outcome.kind);
          for (const at of world.calls) expect(at - pausedAt).toBeLessThanOrEqual(GATE_FRESH_MS);
        },
      ),
    ));
});

describe('many messages at once', () => {
  it('ask the database once, each for its own answer', async () => {
    const batches: number[] = [];
    const ask = async (questions: readonly GateQuestion[]): Promise<GateAnswer[]> => {
      batches.push(questions.length);
      return questions.map(({ fingerprint }) => (fingerprint === 'f3' ? { kind: 'paused' } : open));
    };
    const gate = createSendGate({ ask }, systemTiming);
    const readings = await Promise.all(
      Array.from({ length: 64 }, (_, i) => gate.ask({ tenantId, fingerprint: `f${i}` })),
    );
    expect(batches).toEqual([64]);
    expect(readings.flatMap(({ answer }, i) => (answer.kind === 'paused' ? [i] : []))).toEqual([3]);
  });
});
