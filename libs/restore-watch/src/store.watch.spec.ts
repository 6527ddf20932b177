import { describe, expect, it } from '@jest/globals';
import type { StoreMark } from '@homing/contracts';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { createLogger } from '@homing/service-kit';
import { guardedClaims } from './guarded.claims.js';
import { put, storeOf } from './restored-store.fixture.js';
import { appendConfirmation } from './restore.confirmation.js';
import { readRestores } from './restore.history.js';
import { StoreWatch, type StoreWatchParts } from './store.watch.js';

const logger = createLogger({ service: 's', instance: 'i', level: 'silent' });
const metadata = {
  ...{ tenantId: 't', correlationId: 'c', causationId: 'c', recordedBy: 'spec', schemaVersion: 1 },
  recordedAt: '2026-05-01T10:00:00.000Z',
};
const claim = (stream: string, expectedRevision: bigint | 'no_stream' = 'no_stream', type = 'AttemptStarted') => ({
  ...{ stream, expectedRevision, commandId: `claim ${stream}`, events: [{ type, data: {} }], metadata },
});

/** A store that can be exchanged under those who use it, as a restore does. */
async function stage(streams: readonly string[], told: { mark?: StoreMark | undefined } = {}) {
  const under = { store: await storeOf(streams), mark: told.mark, silent: false };
  const store: StoreWatchParts['store'] & Pick<InMemoryEventStore, 'append'> = {
    headPosition: () => under.store.headPosition(),
    hasEventsAfter: (position) => under.store.hasEventsAfter(position),
    readStream: (stream, options) => under.store.readStream(stream, options),
    append: (request) => under.store.append(request),
  };
  const source = () => (under.silent ? Promise.reject(new Error('bus is away')) : Promise.resolve(under.mark));
  const watch = new StoreWatch({ store, sources: [source], logger });
  return { under, watch, store: guardedClaims(store, watch) };
}
const lived = ['a', 'b', 'a', 'c', 'b'];
const lastMark = async (): Promise<StoreMark> => put(await storeOf(lived.slice(0, -1)), 'b');

describe('whoever claims', () => {
  it('claims in a store that is whole', async () => {
    const { watch, store } = await stage(lived, { mark: await lastMark() });
    await watch.look();
    expect(await store.append(claim('x'))).toMatchObject({ kind: 'appended' });
    expect(watch.health()).toEqual({ status: 'up' });
  });

  it('claims nothing before it knows, nor while nobody has kept a mark', async () => {
    const { under, watch, store } = await stage(lived);
    await expect(store.append(claim('x'))).rejects.toMatchObject({ code: 'EVENT_STORE_UNSEEN' });
    await watch.look();
    await expect(store.append(claim('x'))).rejects.toMatchObject({ code: 'EVENT_STORE_UNSEEN' });
    under.mark = await lastMark();
    await watch.look();
    expect(await store.append(claim('x'))).toMatchObject({ kind: 'appended' });
  });

  it('goes on claiming when the first events of all come before their mark', async () => {
    const { under, watch, store } = await stage([]);
    await watch.look();
    await put(under.store, 'a');
    await watch.look();
    expect(await store.append(claim('x'))).toMatchObject({ kind: 'appended' });
  });

  it('claims nothing while it cannot be asked whether somebody has kept one, and goes on when it was told before', async () => {
    const { under, watch, store } = await stage([]);
    under.silent = true;
    await expect(watch.look()).rejects.toThrow('bus is away');
    await expect(store.append(claim('x'))).rejects.toMatchObject({ code: 'EVENT_STORE_UNSEEN' });
    under.silent = false;
    under.mark = await put(under.store, 'a');
    await watch.look();
    under.silent = true;
    await watch.look();
    expect(await store.append(claim('x'))).toMatchObject({ kind: 'appended' });
  });

  it('claims nothing in a restored store, and says so; answers and all else are still recorded', async () => {
    const { under, watch, store } = await stage(lived, { mark: await lastMark() });
    await watch.look();
    under.store = await storeOf(lived.slice(0, 3));
    await watch.look();
    for (const type of ['AttemptStarted', 'AttemptResendStarted'])
      await expect(store.append(claim('x', 'no_stream', type))).rejects.toMatchObject({ code: 'EVENT_STORE_RESTORED' });
    expect(await under.store.readStream('x')).toEqual({ kind: 'missing' });
    expect(watch.health()).toMatchObject({ status: 'down', reason: expect.stringMatching(/^EVENT_STORE_RESTORED/) });
    expect(await store.append(claim('y', 'no_stream', 'AttemptAccepted'))).toMatchObject({ kind: 'appended' });
  });

  it('does not act on a claim that landed in a store restored since the last look', async () => {
    const { under, watch, store } = await stage(lived, { mark: await lastMark() });
    await watch.look();
    under.store = await storeOf(lived.slice(0, 2));
    await expect(store.append(claim('x'))).rejects.toMatchObject({ code: 'EVENT_STORE_RESTORED' });
    expect(await under.store.readStream('x')).toMatchObject({ kind: 'found' });
    await expect(store.append(claim('y'))).rejects.toMatchObject({ code: 'EVENT_STORE_RESTORED' });
    expect(await under.store.readStream('y')).toEqual({ kind: 'missing' });
  });

  it('acts on its own claim when an earlier try had stored it', async () => {
    const { watch, store } = await stage(lived, { mark: await lastMark() });
    await watch.look();
    await store.append(claim('x'));
    await store.append(claim('z'));
    expect(await store.append(claim('x'))).toMatchObject({ kind: 'appended', revision: 0n });
  });

  it('misses its own last claim when the store loses it, whatever the marks say', async () => {
    const { under, watch, store } = await stage(lived, { mark: await lastMark() });
    await watch.look();
    await store.append(claim('x'));
    under.store = await storeOf(lived);
    expect(await watch.look()).toMatchObject({ kind: 'restored', seen: { stream: 'x' } });
  });

  it('claims again once an operator has confirmed', async () => {
    const { under, watch, store } = await stage(lived, { mark: await lastMark() });
    await watch.look();
    await store.append(claim('x'));
    under.store = await storeOf(lived.slice(0, 3));
    await watch.look();
    const history = await readRestores(under.store);
    under.mark = await appendConfirmation(under.store, history, {
      ...{ head: '0', keptUntil: metadata.recordedAt, dueBefore: '2026-05-01T11:00:00.000Z' },
      ...{ confirmedAt: '2026-05-01T12:00:00.000Z', by: 'spec' },
    });
    await watch.look();
    expect(watch.restore).toMatchObject({ generation: 1, dueBefore: '2026-05-01T11:00:00.000Z' });
    expect(await store.append(claim('w'))).toMatchObject({ kind: 'appended' });
    await watch.look();
    expect(watch.health()).toEqual({ status: 'up' });
  });

  it('looks by itself, and tells why it cannot', async () => {
    const { under, watch } = await stage([], {});
    under.silent = true;
    const looking = new StoreWatch({
      store: under.store,
      sources: [() => Promise.reject(new Error('x'))],
      logger,
      everyMs: 5,
    });
    looking.start();
    while (
      looking.health().status === 'down' &&
      !('reason' in looking.health() && JSON.stringify(looking.health()).includes('Error'))
    )
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(looking.health()).toEqual({ status: 'down', reason: 'Error' });
    await looking.stop();
    expect(watch.health()).toEqual({ status: 'down', reason: 'not looked yet' });
  });
});
