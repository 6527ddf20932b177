import { EventStoreDBClient, type Position, type ResolvedEvent, streamNameFilter } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collect, freshStream, happened, many, numbers, refusal } from '../blackbox/node.fixture.js';
import { startEventStoreDev } from '../event-store-dev.server.js';
import { type TestDatabase, testDatabase } from '../storage/database.fixture.js';

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

const connect = (url: string) => EventStoreDBClient.connectionString(url as 'esdb://');

/** Takes events until enough were seen or the server is gone. */
async function takeUntil(
  subscription: AsyncIterable<ResolvedEvent>,
  take: (event: ResolvedEvent) => boolean,
): Promise<void> {
  try {
    for await (const event of subscription) if (take(event)) return;
  } catch {
    // The server stopped: the caller begins again after what it took.
  }
}

describe('a server that is stopped and started again', () => {
  it('lets subscribers go on after what they took, without gap or repeat', async () => {
    const stream = freshStream('restart');
    const rounds = 4;
    const each = 150;
    const total = rounds * each;
    const fromStream: number[] = [];
    const fromAll: number[] = [];
    let revision: bigint | 'start' = 'start';
    let position: Position | 'start' = 'start';
    const filter = streamNameFilter({ prefixes: [stream] });
    for (let round = 0; round < rounds; round++) {
      const server = await startEventStoreDev({ databaseUrl: database.url });
      const client = connect(server.url);
      // The subscribers of the last round go on to the end; those before are cut off in the middle.
      const wanted = (round + 1) * each - (round < rounds - 1 ? 40 : 0);
      const following = [
        takeUntil(client.subscribeToStream(stream, { fromRevision: revision }), ({ event }) => {
          revision = event?.revision ?? revision;
          fromStream.push((event?.data as { n: number }).n);
          return fromStream.length >= wanted;
        }),
        takeUntil(client.subscribeToAll({ fromPosition: position, filter }), ({ event }) => {
          position = event?.position ?? position;
          fromAll.push((event?.data as { n: number }).n);
          return fromAll.length >= wanted;
        }),
      ];
      for (let n = round * each; n < (round + 1) * each; n += 5) await client.appendToStream(stream, many(5, n));
      await Promise.all(following);
      await server.stop();
      await client.dispose();
      expect(await server.stopped).toBe('stopped');
    }
    const everything = Array.from({ length: total }, (_, n) => n);
    expect(fromStream).toEqual(everything);
    expect(fromAll).toEqual(everything);
  });

  it('tells its subscribers, and answers what was waiting', async () => {
    const server = await startEventStoreDev({ databaseUrl: database.url });
    const client = connect(server.url);
    const stream = freshStream('stop');
    const subscription = client.subscribeToAll();
    const live = new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()));
    const ended = refusal(collect(subscription));
    await live;
    const appends = Promise.allSettled(
      many(64).map((event) => client.appendToStream(`${stream}-${event.data.n}`, event)),
    );
    await client.appendToStream(stream, happened(0));
    await server.stop();
    expect((await ended).type).toBe('unavailable');
    const answered = (await appends).map(({ status }) => status);
    await client.dispose();

    const again = await startEventStoreDev({ databaseUrl: database.url });
    const reader = connect(again.url);
    for (const [n, status] of answered.entries()) {
      if (status === 'fulfilled') expect(numbers(await collect(reader.readStream(`${stream}-${n}`)))).toEqual([n]);
    }
    expect(answered).toContain('fulfilled');
    await reader.dispose();
    await again.stop();
  });

  it('stops by itself when another instance takes its log over, and writes nothing more', async () => {
    const former = await startEventStoreDev({ databaseUrl: database.url });
    const client = connect(former.url);
    const stream = freshStream('takeover');
    await client.appendToStream(stream, happened(0));
    const latter = await startEventStoreDev({ databaseUrl: database.url });
    expect(await former.stopped).toBe('fenced');
    await refusal(client.appendToStream(stream, happened(1), { expectedRevision: 0n }));
    await client.dispose();
    const reader = connect(latter.url);
    expect(numbers(await collect(reader.readStream(stream)))).toEqual([0]);
    expect((await reader.appendToStream(stream, happened(2), { expectedRevision: 0n })).nextExpectedRevision).toBe(1n);
    await reader.dispose();
    await latter.stop();
  });

  it('keeps every answer true when Postgres cuts its connections under 16 writers', async () => {
    const server = await startEventStoreDev({ databaseUrl: database.url });
    const client = connect(server.url);
    const streams = Array.from({ length: 16 }, () => freshStream('cut'));
    const each = 60;
    let answered = 0;
    let cuts = 0;
    const cut = async () => {
      const { rowCount } = await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'event-store-dev write' and datname = current_database()`,
      );
      cuts += rowCount ?? 0;
    };
    await Promise.all(
      streams.map(async (stream) => {
        for (let n = 0; n < each; n++) {
          await client.appendToStream(stream, happened(n), { expectedRevision: n === 0 ? 'no_stream' : BigInt(n - 1) });
          if (++answered % 200 === 0) await cut();
        }
      }),
    );
    expect(cuts).toBeGreaterThanOrEqual(3);
    for (const stream of streams) {
      expect(numbers(await collect(client.readStream(stream)))).toEqual(Array.from({ length: each }, (_, n) => n));
    }
    await client.dispose();
    await server.stop();
  });
});
