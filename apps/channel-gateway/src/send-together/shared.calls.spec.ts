import { describe, expect, it } from '@jest/globals';
import type { ChannelProvider } from '@homing/channels';
import { COMPANY_MS, SharedCalls, type Traveller } from './shared.calls.js';

/** Timers that fire when told to, and a provider that keeps what it is given. */
function stage(batch: number | false = 100) {
  const timers = new Map<() => void, number>();
  const clock = { now: 1_000 };
  const calls: string[][] = [];
  const provider: ChannelProvider = {
    key: 'sendgrid',
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: false, batch, webhooks: true },
    send: async ({ deliveryId }) => (calls.push([deliveryId]), { kind: 'accepted', providerMessageId: 'pm' }),
    sendMany: async (messages) => {
      calls.push(messages.map(({ deliveryId }) => deliveryId));
      return messages.map(() => ({ kind: 'accepted', providerMessageId: 'pm' }) as const);
    },
    close: () => undefined,
  };
  const shared = new SharedCalls({
    timing: { monotonic: () => clock.now, deadline: () => new AbortController().signal },
    timers: {
      after: (ms, run) => (timers.set(run, ms), () => void timers.delete(run)),
      turn: () => () => undefined,
    },
  });
  const traveller = (deliveryId: string, over: Partial<Traveller> = {}, from = 'desk@x.test'): Traveller => ({
    provider,
    message: {
      ...{ deliveryId, attempt: 1, tenantId: 't', text: 't' },
      to: { address: `${deliveryId}@x.test` },
      from: { address: from },
    },
    end: clock.now + 10_000,
    clearUntil: clock.now + 500,
    ...over,
  });
  const pass = (): void => {
    for (const run of [...timers.keys()]) if (timers.delete(run)) run();
  };
  return { shared, provider, calls, clock, traveller, pass, waits: () => [...timers.values()] };
}

describe('a shared call', () => {
  it('is not waited for by a message that nobody follows: it is called for by itself, at once', async () => {
    const { shared, provider, calls, traveller, waits } = stage();
    const way = shared.expect(provider);
    const answer = shared.join(traveller('one'));
    way?.leave();
    expect(await answer).toEqual({ kind: 'accepted', providerMessageId: 'pm' });
    expect(calls).toEqual([['one']]);
    expect(waits()).toEqual([]);
  });

  it('waits for those on their way, and no longer than a few milliseconds', async () => {
    const { shared, provider, calls, traveller, pass, waits } = stage();
    const [first, second, third] = [1, 2, 3].map(() => shared.expect(provider));
    const one = shared.join(traveller('one'));
    first?.leave();
    expect(waits()).toEqual([COMPANY_MS]);
    const two = shared.join(traveller('two'));
    second?.leave();
    expect(calls).toEqual([]);
    pass();
    await Promise.all([one, two]);
    expect(calls).toEqual([['one', 'two']]);
    third?.leave();
  });

  it('goes when the last one on its way is there or stays away, and once only', async () => {
    const { shared, provider, calls, traveller, pass } = stage();
    const [first, second] = [1, 2].map(() => shared.expect(provider));
    const one = shared.join(traveller('one'));
    first?.leave();
    first?.leave();
    expect(calls).toEqual([]);
    second?.leave();
    await one;
    pass();
    expect(calls).toEqual([['one']]);
  });

  it('takes nobody whose check is too old when it starts, nor whose time is up', async () => {
    const { shared, provider, calls, clock, traveller, pass } = stage();
    const ways = [1, 2, 3, 4].map(() => shared.expect(provider));
    const old = shared.join(traveller('old', { clearUntil: clock.now + 3 }));
    const over = shared.join(traveller('over', { end: clock.now + 4 }));
    const two = [shared.join(traveller('one')), shared.join(traveller('two'))];
    clock.now += 4;
    pass();
    expect(await Promise.all([old, over])).toEqual([{ kind: 'too_late' }, { kind: 'too_late' }]);
    await Promise.all(two);
    expect(calls).toEqual([['one', 'two']]);
    for (const way of ways) way?.leave();
  });

  it('is for one sender’s messages', async () => {
    const { shared, calls, traveller, pass } = stage();
    const all = [traveller('a1'), traveller('b1', {}, 'other@x.test'), traveller('a2')].map((each) =>
      shared.join(each),
    );
    pass();
    await Promise.all(all);
    expect(calls).toEqual([['a1', 'a2'], ['b1']]);
  });

  it('fails for all alike when the provider’s code does, and for nobody after it', async () => {
    const { shared, provider, calls, traveller, pass } = stage();
    const broken = { ...provider, sendMany: () => Promise.reject(new Error('broken')) };
    const all = ['one', 'two'].map((id) => shared.join(traveller(id, { provider: broken })));
    pass();
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = shared.join(traveller('three'));
    pass();
    await next;
    expect(calls).toEqual([['three']]);
  });

  it('is nothing for a provider that takes one message at a time', () => {
    const { shared, provider } = stage(false);
    expect(shared.takes(provider)).toBe(false);
    expect(shared.expect(provider)).toBeUndefined();
  });
});
