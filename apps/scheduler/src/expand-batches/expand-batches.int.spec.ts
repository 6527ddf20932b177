// Real: the vault in Postgres, with intake, keeper and view as the services use them. Played: the event store (in memory), the bus (a
// list that forgets what is told to be lost), and the kill: a round ends between two steps and nothing of its process is left.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { batchStream, type BatchEvent, type RestoreConfirmed } from '@homing/contracts';
import { InMemoryEventStore } from '@homing/event-store/memory';
import type { Outgoing } from '@homing/messaging';
import { type BatchKeeper, type BatchView, createBatchKeeper, createBatchView } from '@homing/vault/batch';
import { createVaultIntake, type VaultIntake } from '@homing/vault/intake';
import { startTestVault, type TestVault } from '../../../../libs/vault/src/database/vault.fixture.js';
import { acceptItem } from '../../../../libs/vault/src/intake/accept-item.fixture.js';
import { expandBatches, type ExpandParts } from './expand.round.js';
import { LostBatches } from './lost.batches.js';
import { Turns } from './turn.policy.js';

const acceptedAt = '2026-05-01T10:00:00.000Z';
const CHUNK = 100;

let vault: TestVault;
let intake: VaultIntake;
let keeper: BatchKeeper;
let view: BatchView;
let store: InMemoryEventStore;
let bus: Outgoing[];

beforeAll(async () => {
  vault = await startTestVault();
  const { keys, fingerprintKey } = vault;
  intake = createVaultIntake({ db: vault.as('vault_intake'), ...keys, fingerprintKey });
  keeper = createBatchKeeper(vault.as('vault_intake'));
  view = createBatchView(vault.as('vault_api'));
});
afterAll(() => vault.close());
beforeEach(() => {
  store = new InMemoryEventStore();
  bus = [];
});

interface Taken {
  readonly batchId: string;
  readonly tenantId: string;
  readonly outreachIds: readonly string[];
}

/** A batch as the API leaves it behind; of every tenth item only its refusal. */
async function takeBatch(count: number, { tenantId = randomUUID(), refused = 0 } = {}): Promise<Taken> {
  const batchId = randomUUID();
  await keeper.open({
    batchId,
    tenantId,
    digest: Buffer.alloc(32),
    items: count,
    chunkSize: CHUNK,
    receivedAt: acceptedAt,
  });
  const outreachIds: string[] = [];
  for (let from = 0; from < count; from += 500) {
    const places = Array.from({ length: Math.min(500, count - from) }, (_, n) => from + n);
    const sound = places.filter((index) => index >= refused);
    const wishes = sound.map((index) => ({ tenantId, recipientId: `r${index}`, acceptedAt }));
    const items = wishes.map((wish, n) => acceptItem({ ...wish, contacts: [['email', `r${sound[n]}@batch.test`]] }));
    await intake.acceptRequests(items.map((item) => ({ ...item, expiresAt: null, held: true })));
    await keeper.addItems({ batchId, tenantId }, [
      ...sound.map((index, n) => {
        const { outreachId = '' } = items[n] ?? {};
        return { kind: 'sealed', index, outreachId, earlier: false } as const;
      }),
      ...places
        .filter((index) => index < refused)
        .map((index) => ({ kind: 'refused', index, faults: [{ field: 'id', code: 'c', message: 'm' }] }) as const),
    ]);
    outreachIds.push(...items.map(({ outreachId }) => outreachId));
  }
  await keeper.accept(batchId, acceptedAt);
  return { batchId, tenantId, outreachIds };
}

class Killed extends Error {}

/** A process of its own: it remembers nothing of the one before. `kills` ends it at that act, before or after the act was done. */
function scheduler(kill?: { act: string; passage: number; done: boolean }, windowSize = 1_000_000): ExpandParts {
  const passages: Record<string, number> = {};
  const dying =
    <A extends unknown[], R>(act: string, does: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      passages[act] = (passages[act] ?? 0) + 1;
      const now = kill?.act === act && kill.passage === passages[act];
      if (now && !kill.done) throw new Killed();
      const answer = await does(...given);
      if (now) throw new Killed();
      return answer;
    };
  return {
    batches: {
      ...keeper,
      release: dying('release', (chunk) => keeper.release(chunk)),
      withhold: dying('withhold', (chunk) => keeper.withhold(chunk)),
      close: dying('close', (batch) => keeper.close(batch)),
    },
    store: {
      append: dying('append', (request) => store.append(request)),
      readStream: (name) => store.readStream(name),
    },
    publish: dying('publish', async (messages) => void bus.push(...messages)),
    now: () => new Date(acceptedAt),
    instance: 'spec',
    windowSize,
    turns: new Turns(),
  };
}

async function eventsOf(batchId: string): Promise<BatchEvent[]> {
  const read = await store.readStream(batchStream(batchId));
  return read.kind === 'missing' ? [] : read.events.map(({ type, data }) => ({ type, data }) as BatchEvent);
}
const placesIn = (events: readonly BatchEvent[]): string[] =>
  events
    .flatMap((event) => ('items' in event.data && Array.isArray(event.data.items) ? event.data.items : []))
    .map(({ outreachId }: { outreachId: string }) => outreachId);
const requested = (): string[] =>
  bus.filter(({ subject }) => subject === 'outreach.requested').map(({ event }) => event.id);
const sorted = (ids: Iterable<string>): string[] => [...ids].toSorted();
/** The orchestrator: each that came has its stream. */
const decide = (ids: readonly string[]): Promise<void> => intake.markFed(ids);

describe('a batch of 2,000 that is killed while it is handed over', () => {
  it('hands over each item exactly once, goes on where it was, and is closed', async () => {
    const batch = await takeBatch(2_000, { refused: 30 });
    expect(await intake.listUnfed({ olderThan: '2100-01-01T00:00:00Z', limit: 10 })).toEqual([]);
    const kills = [
      { act: 'append', passage: 1, done: false },
      { act: 'append', passage: 1, done: true },
      { act: 'release', passage: 3, done: true },
      { act: 'publish', passage: 2, done: false },
      { act: 'publish', passage: 4, done: true },
      { act: 'append', passage: 3, done: false },
      { act: 'append', passage: 3, done: true },
      { act: 'close', passage: 1, done: false },
    ];
    for (const kill of kills) await expect(expandBatches(scheduler(kill))).rejects.toThrow(Killed);
    await expandBatches(scheduler());

    const events = await eventsOf(batch.batchId);
    expect(events.filter(({ type }) => type === 'BatchChunkExpanded')).toHaveLength(20);
    expect(events.at(-1)).toMatchObject({ type: 'BatchExpanded', data: { items: 1_970 } });
    expect(sorted(placesIn(events))).toEqual(sorted(batch.outreachIds));
    expect(sorted(new Set(requested()))).toEqual(sorted(batch.outreachIds));
    // The kill after a release and before the record of it was there: a chunk was named twice, and is the same outreach.
    expect(requested().length).toBeGreaterThan(1_970);
    expect(await keeper.listOpen(10)).toEqual([]);
    expect(await view.find(batch.tenantId, batch.batchId)).toMatchObject({
      released: 1_970,
      accepted: 1_970,
      refused: 30,
    });
    await decide(batch.outreachIds);
  });

  it('leaves what the bus lost to the sweeper', async () => {
    const batch = await takeBatch(150);
    const killed = scheduler({ act: 'publish', passage: 1, done: false });
    await expect(expandBatches(killed)).rejects.toThrow(Killed);
    const unfed = await intake.listUnfed({ olderThan: '2100-01-01T00:00:00Z', limit: 1_000 });
    expect(unfed).toHaveLength(CHUNK);
    expect(bus).toEqual([]);
    await expandBatches(scheduler());
    await decide(batch.outreachIds);
  });
});

describe('the window', () => {
  it('bounds what is under way, and tenants take turns in it', async () => {
    const large = await takeBatch(1_000);
    const small = await takeBatch(200);
    const process = scheduler(undefined, 400);
    await expandBatches(process);
    expect(requested()).toHaveLength(400);
    expect(requested()).toEqual(expect.arrayContaining([...small.outreachIds]));
    expect(await expandBatches(process)).toEqual({ expanded: 0, more: false });
    await decide(requested());
    await expandBatches(process);
    expect(requested()).toHaveLength(800);
    await decide(requested());
    await expandBatches(process);
    expect(sorted(requested())).toEqual(sorted([...large.outreachIds, ...small.outreachIds]));
    await decide(requested());
    await expandBatches(process);
    expect(await keeper.listOpen(10)).toEqual([]);
  });
});

describe('a batch that is cancelled', () => {
  it('hands nothing more over, and asks to cancel what was, whenever it is killed', async () => {
    const batch = await takeBatch(500);
    const kill = { act: 'append', passage: 4, done: false };
    await expect(expandBatches(scheduler(kill))).rejects.toThrow(Killed);
    expect(await view.requestCancel(batch.tenantId, batch.batchId, 'key:k')).toBe(true);
    expect(await view.requestCancel(randomUUID(), batch.batchId, 'key:stranger')).toBe(false);
    const under = new Set(requested());
    expect(under.size).toBe(300);
    const during = { act: 'withhold', passage: 4, done: true };
    await expect(expandBatches(scheduler(during))).rejects.toThrow(Killed);
    await expandBatches(scheduler());

    const cancelled = bus.filter(({ subject }) => subject === 'outreach.command').map(({ event }) => event.data);
    expect(new Set(cancelled.map((data) => (data as { outreachId: string }).outreachId))).toEqual(under);
    expect(new Set(requested())).toEqual(under);
    const events = await eventsOf(batch.batchId);
    expect(events.at(-1)).toMatchObject({ type: 'BatchCancelled', data: { withheld: 200, items: 300 } });
    expect(new Set(placesIn(events))).toEqual(under);
    expect(await view.find(batch.tenantId, batch.batchId)).toMatchObject({ withheld: 200, released: 300 });
    expect(await intake.listUnfed({ olderThan: '2100-01-01T00:00:00Z', limit: 1_000 })).toHaveLength(300);
    await decide([...under]);
  });
});

describe('a store that was restored', () => {
  it('gets the streams of batches back that it lost, and nothing is put on its way twice', async () => {
    const batch = await takeBatch(150);
    await expandBatches(scheduler());
    await decide(batch.outreachIds);
    const before = await eventsOf(batch.batchId);
    store = new InMemoryEventStore();
    bus = [];
    const confirmed: { restore?: RestoreConfirmed } = {};
    const lost = new LostBatches({ batches: keeper, restore: () => confirmed.restore });
    expect(await lost.look()).toBe(0);
    const confirmedAt = new Date(Date.now() + 60_000).toISOString();
    confirmed.restore = {
      ...{ generation: 1, head: '0', keptUntil: acceptedAt, dueBefore: confirmedAt },
      ...{ confirmedAt, by: 'spec' },
    };
    expect(await lost.look()).toBeGreaterThan(0);
    expect(await lost.look()).toBe(0);
    await expandBatches(scheduler());
    expect(await eventsOf(batch.batchId)).toEqual(before);
    expect(requested()).toEqual([]);
    expect(await keeper.listOpen(100)).toEqual([]);
  });
});

describe('what a batch holds that was never accepted', () => {
  it('is handed over by nobody, until somebody asks for it by itself', async () => {
    const tenantId = randomUUID();
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'r@batch.test']], acceptedAt });
    const far = { olderThan: '2100-01-01T00:00:00Z', limit: 10 };
    await intake.acceptRequests([{ ...item, held: true }]);
    expect(await intake.listUnfed(far)).toEqual([]);
    expect(await intake.acceptRequests([{ ...item, held: true }])).toMatchObject([{ kind: 'repeated' }]);
    expect(await intake.listUnfed(far)).toEqual([]);
    expect(await intake.acceptRequests([item])).toMatchObject([{ kind: 'repeated' }]);
    expect(await intake.listUnfed(far)).toMatchObject([{ outreachId: item.outreachId }]);
    await decide([item.outreachId]);
  });

  it('is not accepted before every item is kept', async () => {
    const [batchId, tenantId] = [randomUUID(), randomUUID()];
    await keeper.open({ batchId, tenantId, digest: Buffer.alloc(32), items: 1, chunkSize: 1, receivedAt: acceptedAt });
    await expect(keeper.accept(batchId, acceptedAt)).rejects.toThrow('before all of its items');
    expect(await view.find(tenantId, batchId)).toBeUndefined();
  });
});
