import { describe, expect, it } from '@jest/globals';
import type { ChannelProvider, OutboundMessage } from '@homing/channels';
import { outreachStream, type DispatchDelivery, type OutreachEvent, type RestoreConfirmed } from '@homing/contracts';
import { claimResend, deliveryOf, dueDispatches, type OutreachState } from '@homing/domain';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import { guardedClaims, StoreRestoredError } from '@homing/restore-watch';
import { at, committed, deliveryId, outreachId, request } from '@homing/testing/outreach-story';
import { ProviderRota } from '../choose-provider/provider.rota.js';
import { gateSaying } from './open.gate.fixture.js';
import { sendAttempt, type SendParts } from './send.attempt.js';

const { tenantId } = request;
const metadata = {
  ...{ tenantId, correlationId: outreachId, causationId: 'c', recordedAt: at(0), recordedBy: 'spec', schemaVersion: 1 },
};
/** Recorded by the store at `recordedAt`; the provider notes what it is given. */
async function stage(recordedAt: string, events: readonly OutreachEvent[] = committed) {
  const store = new InMemoryEventStore({ clock: { now: () => new Date(recordedAt), delay: () => Promise.resolve() } });
  const stream = outreachStream(outreachId);
  await handleCommand(store, outreachFold, { stream, decide: () => events, commandId: 'decide', metadata });
  const calls: OutboundMessage[] = [];
  const provider: ChannelProvider = {
    ...{ key: 'sendgrid', channel: 'email' },
    capabilities: { idempotencyKey: false, lookUp: { afterSeconds: 60, perMinute: 6 }, batch: false, webhooks: true },
    send: (message) => (calls.push(message), Promise.resolve({ kind: 'accepted', providerMessageId: 'pm' })),
    close: () => undefined,
  };
  const to = { address: 'a@x.test' };
  const message: OutboundMessage = { deliveryId, attempt: 1, tenantId, to, from: to, text: 't' };
  const gateway = (over: Partial<SendParts> = {}): SendParts => ({
    ...{ store, instance: 'g', provider: () => provider, now: () => at(60), gate: gateSaying() },
    render: () => Promise.resolve({ kind: 'message', message }),
    ...{ providerTimeoutMs: 60_000, leaseMarginMs: 500 },
    ...over,
  });
  const { state, revision } = await readOutreach(store, outreachId);
  if (revision === 'no_stream') throw new Error('nothing was put');
  const dispatch = dueDispatches(state, revision, at(60))[0]?.data as DispatchDelivery<OutreachState>;
  const types = async () => {
    const read = await store.readStream(stream);
    return read.kind === 'found' ? read.events.map((event) => event.type).slice(events.length) : [];
  };
  return { store, calls, gateway, dispatch, types };
}

/** Found restored a quarter of an hour after what was due; kept history until `keptUntil`. */
const restored =
  (keptUntil: string, dueBefore = at(900)) =>
  (): RestoreConfirmed => ({
    ...{ generation: 1, head: '0', confirmedAt: at(1_000), by: 'spec', keptUntil, dueBefore },
  });

const rotaOf = (email: readonly string[]) =>
  new ProviderRota({ providers: new Map([['email', email]]), timing: { monotonic: () => 0, random: () => 0.5 } });

describe('after a confirmed restore', () => {
  it('what was due before is recorded as unknown and not sent, by however many it is dispatched', async () => {
    const { gateway, dispatch, calls, types } = await stage(at(0));
    const parts = gateway({ restore: restored(at(10)) });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => sendAttempt(parts, dispatch)));
    for (const outcome of outcomes) expect(outcome.kind).toBe('stood_down');
    expect(outcomes).toContainEqual({ kind: 'stood_down', reason: 'restored' });
    expect(calls).toEqual([]);
    expect(await types()).toEqual(['AttemptStarted', 'AttemptOutcomeUnknown']);
  });

  it('is never given to the provider again under its key: when that was first seen nobody knows', async () => {
    const { gateway, dispatch, store } = await stage(at(0));
    const keyed: ChannelProvider = {
      ...{ key: 'sendgrid', channel: 'email', close: () => undefined },
      capabilities: { idempotencyKey: { validSeconds: 86_400 }, lookUp: false, batch: false, webhooks: true },
      send: () => Promise.reject(new Error('called')),
    };
    const parts = gateway({ restore: restored(at(10)), provider: () => keyed });
    expect(await sendAttempt(parts, dispatch)).toEqual({ kind: 'stood_down', reason: 'restored' });
    const { state } = await readOutreach(store, outreachId);
    const claim = { leg: 1, attempt: 1, claimId: 'again', claimedBy: 'g', now: at(61), leaseMs: 15_000 };
    expect(claimResend(state, claim)).toEqual({ kind: 'stand_down', reason: 'no_key' });
  });

  it.each([
    ['the one it was planned through alone', ['sendgrid'], true],
    ['several', ['sendgrid', 'mailgun'], false],
    ['another than it was planned through', ['mailgun'], false],
  ])('is looked up where its channel has %s: %j %s', async (_what, senders, lookedUp) => {
    const { gateway, dispatch, store } = await stage(at(0));
    await sendAttempt(gateway({ restore: restored(at(10)), rota: rotaOf(senders) }), dispatch);
    const { state } = await readOutreach(store, outreachId);
    expect(deliveryOf(state, 1)?.attempts[0]?.recourse !== undefined).toBe(lookedUp);
  });

  it('what was accepted before and decided again is not sent either', async () => {
    const { gateway, dispatch, calls } = await stage(at(950));
    await sendAttempt(gateway({ restore: restored(at(-10)) }), dispatch);
    expect(calls).toEqual([]);
  });

  it('what was accepted since is sent', async () => {
    const { gateway, dispatch, calls } = await stage(at(0));
    await sendAttempt(gateway({ restore: restored(at(-100), at(-50)) }), dispatch);
    expect(calls).toHaveLength(1);
  });

  it('without a restore nothing is read and everything is sent', async () => {
    const { gateway, store, dispatch, calls } = await stage(at(0));
    const unread = { append: store.append.bind(store), readStream: () => Promise.reject(new Error('read')) };
    await sendAttempt(gateway({ store: unread, restore: () => undefined }), dispatch);
    expect(calls).toHaveLength(1);
  });
});

describe('a claim that lands in a restored store', () => {
  it('is not acted on: the provider is not called, now or later', async () => {
    const { gateway, store, dispatch, calls, types } = await stage(at(0));
    let whole = true;
    const watch = {
      ...{ floor: 1_000_000n, note: () => undefined, look: () => ((whole = false), Promise.resolve({} as never)) },
      requireWhole: () => {
        if (!whole) throw new StoreRestoredError({ position: '1000000', stream: 's', revision: '0' });
      },
    };
    const guarded = gateway({ store: guardedClaims(store, watch) });
    await expect(sendAttempt(guarded, dispatch)).rejects.toThrow(StoreRestoredError);
    expect(await types()).toEqual(['AttemptStarted']);
    await expect(sendAttempt(guarded, dispatch)).rejects.toThrow(StoreRestoredError);
    expect(await sendAttempt(gateway(), dispatch)).toEqual({ kind: 'stood_down', reason: 'already_started' });
    expect(calls).toEqual([]);
  });
});
