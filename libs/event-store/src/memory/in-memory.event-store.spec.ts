import { describe, expect, it } from '@jest/globals';
import { appendRequest, eventStoreContract, Follower } from '../event-store.contract.fixture.js';
import { createUpcasters } from '../upcasters.js';
import { InMemoryEventStore } from './in-memory.event-store.js';

eventStoreContract('in memory', async () => {
  const store = new InMemoryEventStore();
  return { store, stop: () => store.dispose() };
});

describe('the store in memory', () => {
  it('takes its time from the clock it is given', async () => {
    const created = new Date('2026-03-04T05:06:07.008Z');
    const waits: number[] = [];
    const delay = async (ms: number): Promise<void> => void waits.push(ms);
    const store = new InMemoryEventStore({ clock: { now: () => created, delay } });
    store.appendNow(appendRequest({ stream: 'a' }));
    const read = store.readNow('a');
    expect(read.kind === 'found' && read.events[0]?.created).toEqual(created);
    let refusals = 3;
    const follower = new Follower();
    const subscription = store.subscribeToAll({
      from: 'start',
      onBatch: async (batch) => {
        if (refusals-- > 0) throw new Error('not yet');
        await follower.onBatch(batch);
      },
    });
    await follower.until(() => follower.events.length === 1);
    expect(waits).toEqual([50, 100, 200]);
    await subscription.stop();
  });

  it('lifts old events', () => {
    const upcast = createUpcasters([{ type: 'Happened', from: 1, to: 2, up: (data) => ({ lifted: data }) }]);
    const store = new InMemoryEventStore({ upcast });
    store.appendNow(appendRequest({ stream: 'a' }));
    expect(store.readNow('a')).toMatchObject({
      events: [{ data: { lifted: { n: 1 } }, metadata: { schemaVersion: 2 } }],
    });
  });

  it('gives its callers copies, never its own objects', () => {
    const data = { list: [1] };
    const store = new InMemoryEventStore();
    store.appendNow(appendRequest({ stream: 'a', events: [{ type: 'Happened', data }] }));
    data.list.push(2);
    expect(store.readNow('a')).toMatchObject({ events: [{ data: { list: [1] } }] });
  });

  it('is closed once disposed', async () => {
    const store = new InMemoryEventStore();
    await store.dispose();
    await expect(store.append(appendRequest({ stream: 'a' }))).rejects.toThrow('disposed');
  });
});
