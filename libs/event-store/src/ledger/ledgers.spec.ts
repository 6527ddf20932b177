import { describe, expect, it } from '@jest/globals';
import { budgetStream, personStream, reservationKey, type BalanceEvent, type PersonEvent } from '@homing/contracts';
import type { BalanceCommand, BalanceState, SlotCommand } from '@homing/domain';
import type { Folded } from '../command.handler.js';
import { AppendOutcomeUnknownError } from '../event-store.errors.js';
import type { AppendRequest, EventStore } from '../event-store.port.js';
import { InMemoryEventStore } from '../memory/in-memory.event-store.js';
import { createLedgers, type Ledgers, type Snapshots } from './ledgers.js';

const now = (): string => '2026-05-01T10:00:00.000Z';
const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const budget = budgetStream('c');
const person = personStream('p');
const keyOf = (n: number): string =>
  reservationKey({ outreachId: `9f0c1d7e-4a3b-5c2d-8e1f-${String(n).padStart(12, '0')}`, leg: 1, round: 1, charge: 1 });
const reserve = (n: number, amount = 1, limit = 100): BalanceCommand => ({
  kind: 'reserve',
  key: keyOf(n),
  amount,
  limit: { limit, version: 1 },
});
const release = (n: number): BalanceCommand => ({ kind: 'release', key: keyOf(n) });
const book = (n: number): SlotCommand => ({
  kind: 'book',
  slot: {
    ...{ key: keyOf(n), channel: 'email', ordinal: 0, fingerprint: 'f', cost: { micros: 0, currency: 'EUR' } },
    ...{ at: now(), until: now() },
  },
  limits: { caps: [{ limit: 3, hours: 24 }], dedupHours: null },
});

type Store = Pick<EventStore, 'append' | 'readStream'>;
const booksOver = (store: Store, snapshots?: Snapshots<BalanceState>): Ledgers =>
  createLedgers({ store, instance: 'spec', now, snapshots });
const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

async function eventsOf<E>(store: Store, stream: string): Promise<E[]> {
  const read = await store.readStream(stream);
  return read.kind === 'missing' ? [] : (read.events as unknown as E[]);
}

/** A store that counts, and can fail. */
function watched(over: Partial<Store> = {}) {
  const store = new InMemoryEventStore();
  const seen = { appends: 0, reads: 0 };
  const watching: Store = {
    append: (request) => ((seen.appends += 1), (over.append ?? ((r) => store.append(r)))(request)),
    readStream: (stream, options) => ((seen.reads += 1), store.readStream(stream, options)),
  };
  return { store, seen, watching };
}

describe('mailboxes', () => {
  it('decides what meets in one process together, and appends it as one event', async () => {
    const { store, seen, watching } = watched();
    const books = booksOver(watching);
    const results = await Promise.all(all(150).map((n) => books.balance(budget, tenantId, reserve(n))));
    expect(results.filter(({ kind }) => kind === 'booked')).toHaveLength(100);
    expect(results.filter(({ kind }) => kind === 'refused')).toHaveLength(50);
    expect(seen.appends).toBe(1);
    const [event] = await eventsOf<BalanceEvent>(store, budget);
    expect(event?.data.changes).toHaveLength(101);
  });

  it('books a person nobody has seen without reading', async () => {
    const { seen, watching } = watched();
    expect(await booksOver(watching).person(person, tenantId, book(1))).toMatchObject({ kind: 'booked' });
    expect(seen).toEqual({ appends: 1, reads: 0 });
  });

  it('never lets several processes through more than the cap together, and never less', async () => {
    const store = new InMemoryEventStore();
    const processes = all(4).map(() => booksOver(store));
    const results = await Promise.all(
      all(200).map((n) => (processes[n % 4] as Ledgers).person(person, tenantId, book(n))),
    );
    expect(results.filter(({ kind }) => kind === 'booked')).toHaveLength(3);
    const events = await eventsOf<PersonEvent>(store, person);
    expect(events.flatMap((event) => event.data.changes)).toHaveLength(3);
  });

  it('refuses only what the store, not its memory, says is full', async () => {
    const store = new InMemoryEventStore();
    const [mine, other] = [booksOver(store), booksOver(store)];
    await mine.balance(budget, tenantId, reserve(1, 100));
    await other.balance(budget, tenantId, release(1));
    expect(await mine.balance(budget, tenantId, reserve(2, 100))).toMatchObject({ kind: 'booked' });
  });

  it('releases what another process reserved after it last looked', async () => {
    const store = new InMemoryEventStore();
    const [mine, other] = [booksOver(store), booksOver(store)];
    await mine.balance(budget, tenantId, reserve(1));
    await other.balance(budget, tenantId, reserve(2, 99));
    await mine.balance(budget, tenantId, release(2));
    expect(await other.balance(budget, tenantId, reserve(3, 99))).toMatchObject({ kind: 'booked' });
  });

  it('reads when nobody can say whether its append stands, and books nothing twice', async () => {
    for (const landed of [true, false]) {
      const store = new InMemoryEventStore();
      let failures = 1;
      const append = async (request: AppendRequest) => {
        if (failures === 0 || landed) {
          const result = await store.append(request);
          if (failures === 0) return result;
        }
        failures -= 1;
        throw new AppendOutcomeUnknownError(request.stream, request.commandId, request.expectedRevision);
      };
      const books = booksOver({ append, readStream: (stream, options) => store.readStream(stream, options) });
      const result = await books.balance(budget, tenantId, reserve(1, 60));
      expect(result.kind).toBe(landed ? 'held' : 'booked');
      expect(failures).toBe(0);
      expect(await books.balance(budget, tenantId, reserve(2, 60))).toMatchObject({ kind: 'refused', left: 40 });
    }
  });

  it('rejects what it cannot write, and goes on when the store is back', async () => {
    const store = new InMemoryEventStore();
    let down = true;
    const append = (request: AppendRequest) => (down ? Promise.reject(new Error('down')) : store.append(request));
    const books = booksOver({ append, readStream: (stream, options) => store.readStream(stream, options) });
    await expect(books.balance(budget, tenantId, reserve(1))).rejects.toThrow('down');
    down = false;
    expect(await books.balance(budget, tenantId, reserve(1))).toMatchObject({ kind: 'booked' });
    expect(books.size()).toEqual({ person: 0, balance: 0 });
  });

  it('starts from a snapshot and reads only what came after it', async () => {
    const store = new InMemoryEventStore();
    let kept: Folded<BalanceState> | undefined;
    const snapshots: Snapshots<BalanceState> = {
      load: () => Promise.resolve(kept),
      save: (_stream, folded) => void (kept ??= folded),
    };
    const first = booksOver(store, snapshots);
    for (const n of all(3)) await first.balance(budget, tenantId, reserve(n, 20));
    const from: (bigint | undefined)[] = [];
    const reading: Store = {
      append: (request) => store.append(request),
      readStream: (stream, options) => (from.push(options?.fromRevision), store.readStream(stream, options)),
    };
    const restarted = booksOver(reading, snapshots);
    expect(await restarted.balance(budget, tenantId, reserve(9, 41))).toMatchObject({ kind: 'refused', left: 40 });
    expect(from[0]).toBe(1n);
  });

  it('keeps ledger time from running backward', async () => {
    const store = new InMemoryEventStore();
    const times = ['2026-05-01T10:00:09.000Z', '2026-05-01T10:00:01.000Z'];
    const books = createLedgers({ store, instance: 'spec', now: () => times.shift() ?? now() });
    await books.balance(budget, tenantId, reserve(1));
    await books.balance(budget, tenantId, reserve(2));
    const events = await eventsOf<BalanceEvent>(store, budget);
    expect(events.map((event) => event.data.at)).toEqual(['2026-05-01T10:00:09.000Z', '2026-05-01T10:00:09.000Z']);
  });
});
