import { describe, expect, it } from '@jest/globals';
import type { GateAnswer, GateQuestion } from '@homing/vault/gate';
import { ProviderRota } from '../choose-provider/provider.rota.js';
import { sharedTurns } from '../keep-rate/shared-turns.fixture.js';
import { sendAttempt, type SendParts } from '../send-delivery/send.attempt.js';
import { SharedCalls } from './shared.calls.js';
import { manyWorld } from './together.fixture.js';

const SENT = ['AttemptStarted', 'AttemptAccepted'];

describe('fifty messages for one provider', () => {
  it('share one call; each is claimed and answered by itself', async () => {
    const { gatewayOf, dispatches, sendAll, typesOf, calls } = manyWorld();
    const all = await dispatches(50);
    const outcomes = await sendAll(gatewayOf(), all);
    expect(outcomes).toEqual(all.map(() => ({ kind: 'accepted' })));
    expect(calls.map(({ ids }) => ids)).toEqual([all.map(({ deliveryId }) => deliveryId)]);
    for (const dispatch of all) expect(await typesOf(dispatch)).toEqual(SENT);
  });

  it('are never more in one call than the provider takes', async () => {
    const { gatewayOf, dispatches, sendAll, calls } = manyWorld(20);
    await sendAll(gatewayOf(), await dispatches(50));
    expect(calls.map(({ ids }) => ids.length)).toEqual([20, 20, 10]);
  });

  it('have calls of their own where the provider takes but one', async () => {
    const { gatewayOf, dispatches, sendAll, calls } = manyWorld(1);
    await sendAll(gatewayOf(), await dispatches(3));
    expect(calls.map(({ ids }) => ids.length)).toEqual([1, 1, 1]);
  });

  it('lose one that is refused, and the others are sent once more in company, in the same attempt', async () => {
    const { gatewayOf, dispatches, sendAll, typesOf, calls, told } = manyWorld();
    const all = await dispatches(50);
    const [bad, ...others] = all;
    told.refused.add(bad?.deliveryId ?? '');
    const outcomes = await sendAll(gatewayOf(), all);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', ...others.map(() => 'accepted')]);
    expect(calls.map(({ ids }) => ids.length)).toEqual([50, 49]);
    expect(await typesOf(bad as { outreachId: string })).toEqual(['AttemptStarted', 'AttemptRejected']);
    for (const dispatch of others) expect(await typesOf(dispatch)).toEqual(SENT);
  });

  it('ask by themselves where the provider refuses the call and does not say for whose sake', async () => {
    const { gatewayOf, dispatches, sendAll, typesOf, calls, told } = manyWorld();
    told.behaviour = 'unreadable';
    const all = await dispatches(50);
    told.refused.add(all[7]?.deliveryId ?? '');
    const outcomes = await sendAll(gatewayOf(), all);
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(49);
    expect(calls.map(({ ids }) => ids.length)).toEqual([50, ...all.map(() => 1)]);
    expect(await typesOf(all[7] as { outreachId: string })).toEqual(['AttemptStarted', 'AttemptRejected']);
  });

  it('are each unknown when the call ends without a word, and nobody is called for them again', async () => {
    const { gatewayOf, dispatches, sendAll, typesOf, calls, told } = manyWorld();
    told.behaviour = 'silent';
    const all = await dispatches(50);
    const gateway = gatewayOf();
    expect(await sendAll(gateway, all)).toEqual(all.map(() => ({ kind: 'unknown' })));
    await sendAll(gateway, all);
    expect(calls).toHaveLength(1);
    for (const dispatch of all) expect(await typesOf(dispatch)).toEqual(['AttemptStarted', 'AttemptOutcomeUnknown']);
  });

  it('are each put off by a provider that has enough of the call', async () => {
    const { gatewayOf, dispatches, sendAll, typesOf, told } = manyWorld();
    told.behaviour = 'throttles';
    const all = await dispatches(3);
    await sendAll(gatewayOf(), all);
    for (const dispatch of all) expect(await typesOf(dispatch)).toEqual(['AttemptStarted', 'AttemptRejected']);
  });

  it('leave behind the one who unsubscribed after their claim, and go without them', async () => {
    const { gatewayOf, dispatches, sendAll, typesOf, clock, slowClaims, ids } = manyWorld();
    const all = await dispatches(50);
    let claims = 0;
    const suppressed: GateAnswer = { kind: 'suppressed' } as GateAnswer;
    let asked = 0;
    const gate: SendParts['gate'] = {
      ask: async (_question: GateQuestion) => {
        asked += 1;
        // Those who ask again are in the order of the claims: the third of them has opted out meanwhile.
        const answer: GateAnswer = claims === 50 && asked === 53 ? suppressed : { kind: 'open' };
        return { answer, askedAt: clock.now };
      },
    };
    const store = slowClaims(() => {
      claims += 1;
      if (claims === 50) clock.now += 600;
    });
    const outcomes = await sendAll(gatewayOf({ gate, store }), all);
    const held = all.filter((_, i) => outcomes[i]?.kind === 'skipped');
    expect(held).toHaveLength(1);
    expect(ids()).not.toContain(held[0]?.deliveryId);
    expect(ids()).toHaveLength(49);
    expect(await typesOf(held[0] as { outreachId: string })).toContain('AttemptRejected');
  });

  it('are called for once by two gateways that are given all of them, ten times', async () => {
    const { gatewayOf, dispatches, calls, ids, twice } = manyWorld();
    const all = await dispatches(20);
    const gateways = [gatewayOf({ instance: 'one' }), gatewayOf({ instance: 'two' })];
    const given = Array.from({ length: 10 }, () => all).flat();
    await Promise.all(given.map((dispatch, i) => sendAttempt(gateways[i % 2] as SendParts, dispatch)));
    expect(ids().toSorted()).toEqual(all.map(({ deliveryId }) => deliveryId).toSorted());
    expect(twice()).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(20);
  });

  it('are one call to whoever watches the provider, however many they are', async () => {
    const { gatewayOf, dispatches, sendAll, told, timing } = manyWorld();
    const noted: string[] = [];
    class Watching extends ProviderRota {
      override note(call: Parameters<ProviderRota['note']>[0]): void {
        noted.push(call.result.kind);
        super.note(call);
      }
    }
    const rota = new Watching({ providers: new Map([['email', ['sendgrid']]]), timing });
    const gateway = gatewayOf({ rota, together: new SharedCalls({ timing, rota }) });
    await sendAll(gateway, await dispatches(50));
    told.behaviour = 'silent';
    await sendAll(gateway, await dispatches(50));
    expect(noted).toEqual(['accepted', 'unknown']);
  });

  it('take a turn each at a provider with a rate, also when they are sent once more', async () => {
    const { gatewayOf, dispatches, sendAll, told, clock, calls } = manyWorld();
    const shared = sharedTurns(() => 1, clock);
    const turns = shared.gateway({ sendgrid: 1_000 });
    const all = await dispatches(20);
    const taken: string[] = [];
    const take = turns.take.bind(turns);
    turns.take = (provider) => (taken.push(provider), take(provider));
    told.refused.add(all[0]?.deliveryId ?? '');
    await sendAll(gatewayOf({ turns }), all);
    expect(calls.flatMap(({ ids }) => ids).length).toBeGreaterThan(20);
    expect(taken.length).toBeGreaterThanOrEqual(calls.flatMap(({ ids }) => ids).length);
  });
});
