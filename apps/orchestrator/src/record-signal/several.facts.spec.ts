import { describe, expect, it } from '@jest/globals';
import { PoisonError, type Outgoing, RetryLaterError } from '@homing/messaging';
import { hearEach } from './several.facts.js';

const event = (...facts: unknown[]) => ({
  ...{ specversion: '1.0' as const, id: 'facts:1', source: 's', type: 'provider.signal.play', tenantid: 't1' },
  data: { facts },
});
const named = (providerEventId: string) => ({ provider: 'play', providerEventId });

function given(fails: Readonly<Record<string, Error>>, stores = true) {
  const recorded: string[] = [];
  const published: Outgoing[] = [];
  const hear = (...facts: unknown[]) =>
    hearEach(
      {
        record: async (data) => {
          const id = (data as { providerEventId?: string } | null)?.providerEventId ?? 'nothing';
          if (fails[id]) throw fails[id];
          recorded.push(id);
        },
        publisher: {
          publishMany: async (messages) => {
            published.push(...messages);
            const value = { stream: 'SIGNALS', seq: 1, duplicate: false };
            return messages.map(() =>
              stores ? { status: 'fulfilled', value } : { status: 'rejected', reason: new Error('bus away') },
            );
          },
        },
      },
      event(...facts),
      'provider.signal.play',
    );
  return { hear, recorded, published };
}

describe('several facts in one message', () => {
  it('are each recorded, and nothing goes on', async () => {
    const { hear, recorded, published } = given({});
    await hear(named('a'), named('b'));
    expect(recorded).toEqual(['a', 'b']);
    expect(published).toEqual([]);
  });

  it('do not hold up each other: poison and what must wait go on alone, under their own keys', async () => {
    const fails = { a: new PoisonError('not_a_provider_signal'), c: new RetryLaterError(300) };
    const { hear, recorded, published } = given({ ...fails, nothing: new PoisonError('not_a_provider_signal') });
    await hear(named('a'), named('b'), named('c'), null);
    expect(recorded).toEqual(['b']);
    expect(published.map(({ tenantId, key, subject }) => [tenantId, key, subject])).toEqual([
      ['t1', 'play:a', 'provider.signal.play'],
      ['t1', 'play:c', 'provider.signal.play'],
      ['t1', 'facts:1:3', 'provider.signal.play'],
    ]);
    expect(published[0]?.event).toMatchObject({ id: 'play:a', data: named('a') });
  });

  it('come again, all of them, while a store is away', async () => {
    const { hear, published } = given({ b: new Error('store away'), c: new RetryLaterError(300) });
    await expect(hear(named('c'), named('b'))).rejects.toThrow('store away');
    expect(published).toEqual([]);
  });

  it('go on without the one that fails for itself', async () => {
    const { hear, recorded, published } = given({ b: new Error('unheard of') });
    await hear(named('a'), named('b'));
    expect([recorded, published.map(({ key }) => key)]).toEqual([['a'], ['play:b']]);
  });

  it('are not done before what goes on is stored', async () => {
    const { hear } = given({ a: new RetryLaterError(300) }, false);
    await expect(hear(named('a'), named('b'))).rejects.toThrow('bus away');
  });
});
