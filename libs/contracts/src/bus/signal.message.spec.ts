import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ProviderSignal } from './provider-signal.js';
import { holdsSeveral, MOST_FACTS, signalMessage, signalMessages, splitOff } from './signal.message.js';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const single = (providerEventId: string, over: Partial<ProviderSignal> & { provider?: string } = {}) => {
  const { provider = 'sendgrid', ...rest } = over;
  return signalMessage(
    { fact: 'delivered', occurredAt: '2026-01-01T00:00:00.000Z', providerEventId, payloadDigest: 'd', ...rest },
    { provider, channel: 'email', receivedAt: '2026-01-01T00:00:01.000Z' },
    'spec',
  );
};
const pack = (singles: ReturnType<typeof single>[]) => signalMessages(singles, digest);
const factsOf = ({ event }: ReturnType<typeof pack>[number]): readonly unknown[] =>
  holdsSeveral(event) ? (event.data?.facts ?? []) : [event.data];

describe('facts of one webhook', () => {
  it('travel as one message, under a key made of theirs', () => {
    const [message, ...more] = pack([single('a', { tenantId: 't1' }), single('b', { tenantId: 't1' })]);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ subject: 'provider.signal.sendgrid', tenantId: 't1', event: { tenantid: 't1' } });
    expect(message?.key).toMatch(/^facts:[0-9a-f]{64}$/);
    expect(message?.event.subject).toBeUndefined();
    expect(pack([single('a', { tenantId: 't1' }), single('b', { tenantId: 't1' })])[0]?.key).toBe(message?.key);
    expect(pack([single('a', { tenantId: 't1' }), single('c', { tenantId: 't1' })])[0]?.key).not.toBe(message?.key);
  });

  it('alone, or told twice, travel as one always did', () => {
    expect(pack([single('a')])).toEqual([single('a')]);
    expect(pack([single('a'), single('a')])).toEqual([single('a')]);
    expect(pack([])).toEqual([]);
  });

  it('of several tenants and providers stay apart', () => {
    const all = [single('a', { tenantId: 't1' }), single('a', { tenantId: 't2' }), single('a')];
    expect(pack([...all, single('a', { provider: 'mailgun' })])).toHaveLength(4);
  });

  it('are never more nor larger in one message than it takes', () => {
    expect(pack(Array.from({ length: 2 * MOST_FACTS + 1 }, (_, n) => single(`e${n}`))).map(factsOf)).toMatchObject([
      { length: MOST_FACTS },
      { length: MOST_FACTS },
      { length: 1 },
    ]);
    const large = Array.from({ length: 10 }, (_, n) => single(`e${n}`, { providerMessageId: 'x'.repeat(50_000) }));
    for (const message of pack(large)) expect(JSON.stringify(message.event).length).toBeLessThan(130 * 1024);
    expect(pack([single('a', { providerMessageId: 'x'.repeat(400_000) }), single('b')])).toHaveLength(2);
  });

  it('are all there, each once, and each can be split off as the message it would have been', () => {
    const tenant = fc.constantFrom(undefined, 't1', 't2');
    const facts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), tenant), { maxLength: 120 });
    fc.assert(
      fc.property(facts, (given) => {
        const singles = given.map(([id, tenantId]) => single(id, tenantId === undefined ? {} : { tenantId }));
        const split = pack(singles).flatMap((message) => {
          const { event, subject } = message;
          return holdsSeveral(event) ? factsOf(message).map((_, index) => splitOff(event, index, subject)) : [message];
        });
        const named = (all: readonly { tenantId: string; key: string; event: { data?: unknown } }[]) =>
          new Map(all.map(({ tenantId, key, event }) => [`${tenantId} ${key}`, event.data]));
        expect(named(split)).toEqual(named(singles));
        expect(split).toHaveLength(named(singles).size);
      }),
    );
  });

  it('that are no facts are split off under the place where they stood', () => {
    const event = { specversion: '1.0', id: 'm', source: 's', type: 't', data: { facts: [7, null] } } as const;
    expect([0, 1].map((index) => splitOff(event, index, 'provider.signal.x').key)).toEqual(['m:0', 'm:1']);
    expect([null, 7, { facts: 'x' }].map((data) => holdsSeveral({ ...event, data }))).toEqual([false, false, false]);
  });
});
