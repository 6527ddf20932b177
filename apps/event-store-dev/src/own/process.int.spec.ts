import { EventStoreDBClient } from '@eventstore/db-client';
import { describe, expect, it } from '@jest/globals';
import { collect, freshStream, happened, numbers } from '../blackbox/node.fixture.js';
import { testDatabase } from '../storage/database.fixture.js';
import { serverProcess } from './server-process.fixture.js';

describe('the process', () => {
  it('refuses production', async () => {
    const { exited } = serverProcess({ NODE_ENV: 'production' });
    expect(await exited).toMatchObject({ code: 2, errors: expect.stringContaining('refuses NODE_ENV=production') });
  });

  it('says its port when it is ready, and that the log lives in memory when it does', async () => {
    const server = serverProcess({});
    const url = await server.ready;
    expect(server.lines).toEqual([
      { event: 'warning', message: expect.stringContaining('memory') },
      { event: 'ready', port: expect.any(Number), url, storage: 'memory' },
    ]);
    const client = EventStoreDBClient.connectionString(url as 'esdb://');
    const stream = freshStream();
    await client.appendToStream(stream, happened(1));
    const subscription = client
      .subscribeToAll()
      .on('error', () => {})
      .resume();
    await new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()));
    server.child.kill('SIGTERM');
    expect(await server.exited).toMatchObject({ code: 0, signal: null, errors: '' });
    await client.dispose();
  });

  it('ends with a clear word when its database cannot be reached or another process took it over', async () => {
    const lost = serverProcess({ EVENTS_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(await lost.exited).toMatchObject({ code: 1, errors: expect.stringContaining('ECONNREFUSED') });
    const database = await testDatabase();
    const former = serverProcess({ EVENTS_DATABASE_URL: database.url });
    await former.ready;
    const latter = serverProcess({ EVENTS_DATABASE_URL: database.url });
    const url = await latter.ready;
    expect(await former.exited).toMatchObject({ code: 1, errors: expect.stringContaining('took this log over') });
    const client = EventStoreDBClient.connectionString(url as 'esdb://');
    const stream = freshStream();
    await client.appendToStream(stream, happened(1));
    expect(numbers(await collect(client.readStream(stream)))).toEqual([1]);
    await client.dispose();
    latter.child.kill('SIGTERM');
    expect((await latter.exited).code).toBe(0);
    await database.drop();
  });
});
