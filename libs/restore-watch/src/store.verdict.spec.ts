import { describe, expect, it } from '@jest/globals';
import type { StoreMark } from '@homing/contracts';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { put, storeOf } from './restored-store.fixture.js';
import { appendConfirmation } from './restore.confirmation.js';
import { readRestores } from './restore.history.js';
import { judgeStore } from './store.verdict.js';

const lived = ['a', 'b', 'a', 'c', 'b'];
const judge = async (store: InMemoryEventStore, mark: StoreMark | undefined) =>
  judgeStore(store, { history: await readRestores(store), mark });
/** The mark of the last event of a whole life. */
async function lastMark(): Promise<StoreMark> {
  const store = await storeOf(lived.slice(0, -1));
  return put(store, 'b');
}
const confirmation = {
  ...{ head: '0', keptUntil: '2026-05-01T10:00:00.000Z', dueBefore: '2026-05-01T11:00:00.000Z' },
  ...{ confirmedAt: '2026-05-01T12:00:00.000Z', by: 'spec' },
};
const confirm = async (store: InMemoryEventStore) => appendConfirmation(store, await readRestores(store), confirmation);

describe('a store held against its mark', () => {
  it('is whole when it holds the marked event, however far it has gone on', async () => {
    const mark = await lastMark();
    const store = await storeOf(lived);
    expect(await judge(store, mark)).toMatchObject({ kind: 'whole' });
    await put(store, 'z');
    expect(await judge(store, mark)).toMatchObject({ kind: 'whole' });
  });

  it('was restored when it ends before the mark', async () => {
    expect(await judge(await storeOf(lived.slice(0, 3)), await lastMark())).toMatchObject({ kind: 'restored' });
  });

  it('was restored also when it has grown beyond the mark again', async () => {
    const mark = await lastMark();
    const store = await storeOf(lived.slice(0, 3));
    for (let n = 0; n < 20; n += 1) await put(store, `new-${n}`);
    expect(await store.headPosition()).toBeGreaterThan(BigInt(mark.position));
    expect(await judge(store, mark)).toMatchObject({ kind: 'restored', seen: mark });
  });

  it('was restored when it is empty', async () => {
    expect(await judge(new InMemoryEventStore(), await lastMark())).toMatchObject({ kind: 'restored', head: 0n });
  });

  it('is whole when nothing stands in it and nobody has kept a mark, and unseen when something does', async () => {
    expect(await judge(new InMemoryEventStore(), undefined)).toMatchObject({ kind: 'whole' });
    expect(await judge(await storeOf(lived), undefined)).toMatchObject({ kind: 'unseen' });
  });

  it('is held against what this process saw itself, mark or not', async () => {
    const store = await storeOf(lived.slice(0, 2));
    const history = await readRestores(store);
    const seen = await lastMark();
    expect(await judgeStore(store, { history, mark: undefined, seen })).toMatchObject({ kind: 'restored' });
  });
});

describe('a confirmed restore', () => {
  it('makes the store whole: marks of before say nothing any more', async () => {
    const mark = await lastMark();
    const store = await storeOf(lived.slice(0, 3));
    const next = await confirm(store);
    expect(next).toMatchObject({ generation: 1, stream: 'installation', revision: '0' });
    expect(await judge(store, mark)).toMatchObject({ kind: 'whole', history: { generation: 1, last: confirmation } });
    expect(await judge(store, next)).toMatchObject({ kind: 'whole' });
  });

  it('that is missing in the store is a restore again', async () => {
    const store = await storeOf(lived.slice(0, 3));
    const next = await confirm(store);
    expect(await judge(await storeOf(lived), next)).toMatchObject({ kind: 'restored', seen: next });
  });

  it('is recorded once, of two who confirm at the same time', async () => {
    const store = await storeOf(lived);
    const history = await readRestores(store);
    await appendConfirmation(store, history, confirmation);
    const late = { ...confirmation, confirmedAt: '2026-05-01T12:00:01.000Z' };
    await expect(appendConfirmation(store, history, late)).rejects.toMatchObject({ code: 'RESTORE_ALREADY_CONFIRMED' });
    expect(await readRestores(store)).toMatchObject({ generation: 1 });
  });
});
