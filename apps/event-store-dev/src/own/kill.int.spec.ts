import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collect, freshStream, full, happened, numbers } from '../blackbox/node.fixture.js';
import { type TestDatabase, testDatabase } from '../storage/database.fixture.js';
import { serverProcess } from './server-process.fixture.js';

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

const WRITERS = 32;

interface Writer {
  readonly stream: string;
  /** Ids in the order of their appends; the last one may be unanswered. */
  readonly ids: string[];
  acknowledged: number;
}

const expectedAt = (n: number) => (n === 0 ? ('no_stream' as const) : BigInt(n - 1));
const revisionText = ({ revision }: { revision: bigint }) => Number(revision);

/** Appends one event after another until the server is gone. */
async function writeUntilGone(client: EventStoreDBClient, writer: Writer, onAcknowledged: () => void): Promise<void> {
  for (;;) {
    const n = writer.ids.length;
    const id = randomUUID();
    writer.ids.push(id);
    try {
      await client.appendToStream(writer.stream, happened(n, { id }), { expectedRevision: expectedAt(n) });
    } catch {
      return;
    }
    writer.acknowledged += 1;
    onAcknowledged();
  }
}

describe('a server that is killed under 32 writers', () => {
  it.each(Array.from({ length: full ? 5 : 1 }, (_, n) => [n + 1]))(
    'loses no acknowledged event (kill %i)',
    async () => {
      const server = serverProcess({ EVENTS_DATABASE_URL: database.url });
      const client = EventStoreDBClient.connectionString((await server.ready) as 'esdb://');
      const writers = Array.from({ length: WRITERS }, (): Writer => ({
        stream: freshStream('kill'),
        ids: [],
        acknowledged: 0,
      }));
      let acknowledged = 0;
      const killAt = full ? 5_000 : 1_000;
      const onAcknowledged = () => void (++acknowledged === killAt && server.child.kill('SIGKILL'));
      await Promise.all(writers.map((writer) => writeUntilGone(client, writer, onAcknowledged)));
      expect((await server.exited).signal).toBe('SIGKILL');
      expect(acknowledged).toBeGreaterThanOrEqual(killAt);
      await client.dispose();

      const again = serverProcess({ EVENTS_DATABASE_URL: database.url });
      const reader = EventStoreDBClient.connectionString((await again.ready) as 'esdb://');
      for (const { stream, ids, acknowledged: kept } of writers) {
        const stored = (await collect(reader.readStream(stream))).map(({ event }) => event?.id);
        expect(stored.length).toBeGreaterThanOrEqual(kept);
        expect(stored).toEqual(ids.slice(0, stored.length));
        // The unanswered append, repeated, is stored exactly once, whether or not it was before.
        const last = ids.length - 1;
        const repeat = happened(last, { id: ids[last] as string });
        const { nextExpectedRevision } = await reader.appendToStream(stream, repeat, {
          expectedRevision: expectedAt(last),
        });
        expect(nextExpectedRevision).toBe(BigInt(last));
        const after = await collect(reader.readStream(stream));
        expect(numbers(after)).toEqual(ids.map((_, n) => n));
        expect(after.map(({ event }) => (event ? revisionText(event) : -1))).toEqual(ids.map((_, n) => n));
      }
      await reader.dispose();
      again.child.kill('SIGTERM');
      expect((await again.exited).code).toBe(0);
    },
  );
});
