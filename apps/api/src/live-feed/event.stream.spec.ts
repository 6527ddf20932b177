import { EventEmitter } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TimelineRow } from '@homing/read-model';
import { writeEvents } from './event.stream.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** A server that runs `handle` for one request, and the client's side of it, not read yet. */
async function connected(
  handle: (response: ServerResponse) => Promise<void>,
): Promise<{ client: IncomingMessage; done: Promise<void> }> {
  let finished: (value: Promise<void>) => void = () => {};
  const done = new Promise<void>((resolve) => (finished = resolve));
  server = createServer((_request, response) => finished(handle(response)));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = await new Promise<IncomingMessage>((resolve) => get({ port, host: '127.0.0.1' }, resolve));
  return { client, done };
}

const row = (n: number): TimelineRow =>
  ({
    position: BigInt(n),
    revision: 0n,
    outreachId: 'x'.repeat(60_000),
    tenantId: 't',
    transition: 'sent',
    occurredAt: '',
    deliveryId: null,
    leg: null,
    channel: null,
    attempt: null,
    reason: null,
  }) as unknown as TimelineRow;
const options = (signal = new AbortController().signal) => ({
  heartbeatMs: 3_600_000,
  stillAllowed: async () => true,
  signal,
});

describe('writeEvents', () => {
  it('takes no further batch until the client has read the one before', async () => {
    const client = new EventEmitter();
    const written: string[] = [];
    const response = Object.assign(client, {
      writeHead: () => {},
      write: (chunk: string) => written.push(chunk) <= 3, // the opening and two batches fit
      end: () => {},
      destroy: () => client.emit('close'),
    }) as unknown as ServerResponse;
    let taken = 0;
    async function* six(): AsyncGenerator<readonly TimelineRow[]> {
      while (taken < 6) yield [row((taken += 1))];
    }
    const done = writeEvents(response, six(), options());
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    expect([taken, written.length]).toEqual([3, 4]);
    client.emit('drain');
    await settle();
    expect(taken).toBe(4);
    for (const _ of [5, 6, 7]) {
      client.emit('drain');
      await settle();
    }
    await done;
    expect(written.slice(1).map((chunk) => /^id: (\d+)/.exec(chunk)?.[1])).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('ends when the client goes, also one that never read', async () => {
    async function* endless(): AsyncGenerator<readonly TimelineRow[]> {
      for (let n = 1; ; n += 1) yield [row(n)];
    }
    const { client, done } = await connected((response) => writeEvents(response, endless(), options()));
    client.destroy();
    await done;
  });

  it('ends at once when it is told to, whether the client reads or not', async () => {
    const end = new AbortController();
    async function* endless(): AsyncGenerator<readonly TimelineRow[]> {
      for (let n = 1; !end.signal.aborted; n += 1) yield [row(n)];
    }
    const { done } = await connected((response) => writeEvents(response, endless(), options(end.signal)));
    end.abort();
    await done;
  });
});
