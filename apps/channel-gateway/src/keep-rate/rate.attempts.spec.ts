import { describe, expect, it } from '@jest/globals';
import type { ChannelProvider } from '@homing/channels';
import { outreachStream, type DispatchDelivery } from '@homing/contracts';
import { dueDispatches, type OutreachState } from '@homing/domain';
import { readOutreach } from '@homing/event-store/outreach';
import { RetryLaterError } from '@homing/messaging';
import { twoProviders } from '../choose-provider/two-providers.fixture.js';
import { sendAttempt, type SendParts } from '../send-delivery/send.attempt.js';
import type { ProviderTurns, Turn } from './provider.turns.js';
import { mostInASecond, sharedTurns } from './shared-turns.fixture.js';

const RATE = 10;

/** Two gateways that share a provider's rate, and what it saw of them. */
function twoGateways() {
  const world = twoProviders();
  const { clock, parts, store, now } = world;
  const shared = sharedTurns(() => 1, clock);
  const starts: number[] = [];
  const provider: ChannelProvider = {
    ...(parts.provider('sendgrid') as ChannelProvider),
    send: async () => (starts.push(clock.now), { kind: 'accepted', providerMessageId: 'pm' }),
  };
  const { rota: _one, ...rest } = parts;
  const gateways = ['one', 'two'].map((instance): SendParts => ({
    ...rest,
    ...{ instance, provider: () => provider, turns: shared.gateway({ sendgrid: RATE }) },
  }));
  const dispatchOf = async (id: string) => {
    const { state, revision } = await readOutreach(store, id);
    return dueDispatches(state, revision as bigint, now())[0]?.data as DispatchDelivery<OutreachState>;
  };
  const events = async (id: string) => {
    const read = await store.readStream(outreachStream(id));
    return read.kind === 'found' ? read.events.map(({ type }) => type).slice(3) : [];
  };
  return { ...world, gateways, starts, dispatchOf, events };
}

describe('two gateways under one rate', () => {
  it('send everything, once, and never more in any second than the rate', async () => {
    const { gateways, starts, message, dispatchOf, clock, took } = twoGateways();
    for (let i = 0; i < 60; i += 1) {
      const gateway = gateways[i % 2] as SendParts;
      expect(await sendAttempt(gateway, await dispatchOf(await message()))).toEqual({ kind: 'accepted' });
      // Now and then there is nothing to send for a while.
      if (i % 20 === 19) clock.now += 5_000;
    }
    expect(starts).toHaveLength(60);
    expect(took).toEqual([]);
    expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
    expect(mostInASecond(starts)).toBeGreaterThan(RATE - 2);
  });

  it('put down what would wait too long: unclaimed, with no attempt used up', async () => {
    const { gateways, message, dispatchOf, events, starts } = twoGateways();
    const [one, two] = gateways as [SendParts, SendParts];
    for (let i = 0; i < 2; i += 1)
      await Promise.all(Array.from({ length: 18 }, async () => two.turns?.take('sendgrid')));
    const id = await message();
    await expect(sendAttempt(one, await dispatchOf(id))).rejects.toThrow(RetryLaterError);
    expect(await events(id)).toEqual([]);
    expect(starts).toEqual([]);
  });

  it('call nobody in a turn that passed while the gate was asked: another is taken', async () => {
    const { gateways, message, dispatchOf, events, starts, clock } = twoGateways();
    const [one] = gateways as [SendParts];
    const taken: Turn[] = [];
    const turns = Object.assign(Object.create(one.turns as object) as ProviderTurns, {
      take: async (key: string) => {
        const turn = await one.turns?.take(key);
        if (turn?.kind === 'turn') taken.push(turn);
        return turn;
      },
      begun: (turn: Turn) => one.turns?.begun(turn),
      isOn: (turn: Turn) => one.turns?.isOn(turn),
    });
    let asked = 0;
    const gate: SendParts['gate'] = {
      ask: async () => {
        // The word before the claim is old by the time of the call; the next one takes longer than a turn lasts.
        const askedAt = asked++ === 0 ? clock.now - 10_000 : clock.now;
        clock.now += asked === 2 ? 450 : 0;
        return { answer: { kind: 'open' }, askedAt };
      },
    };
    const id = await message();
    expect(await sendAttempt({ ...one, turns, gate }, await dispatchOf(id))).toEqual({ kind: 'accepted' });
    expect(taken).toHaveLength(2);
    expect(starts).toHaveLength(1);
    expect(starts[0]).toBeGreaterThanOrEqual(taken[1]!.from);
    expect(starts[0]).toBeLessThanOrEqual(taken[1]!.until);
    expect(await events(id)).toEqual(['AttemptStarted', 'AttemptAccepted']);
  });
});
