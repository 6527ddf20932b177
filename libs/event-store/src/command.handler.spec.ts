import { describe, expect, it } from '@jest/globals';
import { handleCommand, readFolded, type Fold } from './command.handler.js';
import type { EventStore } from './event-store.port.js';
import { InMemoryEventStore } from './memory/in-memory.event-store.js';

type Added = { type: 'Added'; data: { amount: number } };
const sum: Fold<number, Added> = { empty: 0, evolve: (total, event) => total + event.data.amount };
const metadata = {
  tenantId: 't',
  correlationId: 'c',
  causationId: 'c',
  recordedAt: '2026-01-01T00:00:00.000Z',
  recordedBy: 'spec',
  schemaVersion: 1,
};
const add = (amount: number): Added => ({ type: 'Added', data: { amount } });
/** Adds one while the total is below the limit: right only if decided on what is stored. */
const upTo = (limit: number) => (total: number) => (total < limit ? [add(1)] : []);

describe('handling a command', () => {
  it('decides on what it was told and appends', async () => {
    const store = new InMemoryEventStore();
    const handled = await handleCommand(store, sum, {
      stream: 's-1',
      known: { state: 0, revision: 'no_stream' },
      decide: upTo(5),
      commandId: 'a',
      metadata,
    });
    expect(handled).toMatchObject({ kind: 'appended', state: 1, revision: 0n });
  });

  it('decides again on what is stored when it was told something stale', async () => {
    const store = new InMemoryEventStore();
    await handleCommand(store, sum, { stream: 's-1', decide: () => [add(5)], commandId: 'first', metadata });
    const handled = await handleCommand(store, sum, {
      stream: 's-1',
      known: { state: 0, revision: 'no_stream' },
      decide: upTo(5),
      commandId: 'b',
      metadata,
    });
    expect(handled).toMatchObject({ kind: 'nothing', state: 5, revision: 0n });
  });

  it('reads nothing again when the refusal told what stands since', async () => {
    const store = new InMemoryEventStore();
    const known = await handleCommand(store, sum, { stream: 's-1', decide: () => [add(2)], commandId: 'a', metadata });
    await handleCommand(store, sum, { stream: 's-1', decide: () => [add(3)], commandId: 'b', metadata });
    let reads = 0;
    const telling: Pick<EventStore, 'append' | 'readStream'> = {
      append: async (request) => {
        const result = await store.append(request);
        const since = await store.readStream(request.stream, { fromRevision: 1n });
        return result.kind === 'conflict' && since.kind === 'found' ? { ...result, since: since.events } : result;
      },
      readStream: (stream) => {
        reads += 1;
        return store.readStream(stream);
      },
    };
    const command = { stream: 's-1', known, decide: upTo(6), commandId: 'c', metadata };
    expect(await handleCommand(telling, sum, command)).toMatchObject({ kind: 'appended', state: 6, revision: 2n });
    expect(reads).toBe(0);
  });

  it('keeps a limit exactly under 40 deciders at once', async () => {
    const store = new InMemoryEventStore();
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        handleCommand(store, sum, { stream: 's-1', decide: upTo(7), commandId: `c-${i}`, metadata }),
      ),
    );
    expect(await readFolded(store, sum, 's-1')).toEqual({ state: 7, revision: 6n });
  });

  it('stores a repeated command once', async () => {
    const store = new InMemoryEventStore();
    const command = {
      stream: 's-1',
      known: { state: 0, revision: 'no_stream' as const },
      decide: () => [add(3)],
      commandId: 'same',
      metadata,
    };
    await handleCommand(store, sum, command);
    expect(await handleCommand(store, sum, command)).toMatchObject({ kind: 'appended', state: 3, revision: 0n });
    expect((await readFolded(store, sum, 's-1')).state).toBe(3);
  });
});
