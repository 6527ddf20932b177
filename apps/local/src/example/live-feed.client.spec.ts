import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createApiClient } from './api.client.js';
import { openLiveFeed } from './live-feed.client.js';
import { readLedger } from './ledger.client.js';

async function served<T>(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  use: (url: string) => T,
) {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const event = (n: number) => `id: ${n}\ndata: ${JSON.stringify({ outreachId: `o-${n}` })}\n\n`;

describe('the live feed', () => {
  it('goes on behind the last event when the connection breaks', async () => {
    const resumedAfter: (string | undefined)[] = [];
    const heard: string[] = [];
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      const after = request.headers['last-event-id'] as string | undefined;
      resumedAfter.push(after);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const from = Number(after ?? 0);
      response.write(event(from + 1) + event(from + 2));
      if (after === undefined) setImmediate(() => response.destroy());
    };
    await served(handle, async (apiUrl) => {
      const ending = new AbortController();
      await new Promise<void>((resolve, reject) => {
        const hear = ({ outreachId }: { outreachId: string }) => {
          heard.push(outreachId);
          if (heard.length === 4) resolve();
        };
        openLiveFeed({ apiUrl, apiKey: 'k', signal: ending.signal, hear }).catch(reject);
      });
      ending.abort();
    });
    expect(heard).toEqual(['o-1', 'o-2', 'o-3', 'o-4']);
    expect(resumedAfter).toEqual([undefined, '2']);
  });

  it('says so when the API refuses the stream', () =>
    served(
      (_request, response) => response.writeHead(401).end(),
      (apiUrl) =>
        expect(
          openLiveFeed({ apiUrl, apiKey: 'k', signal: new AbortController().signal, hear: () => {} }),
        ).rejects.toThrow('401'),
    ));
});

describe('reading the API', () => {
  it('waits as long as a busy API asks, and takes a 404 for nothing', async () => {
    let asked = 0;
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.endsWith('/gone')) return void response.writeHead(404).end();
      asked += 1;
      if (asked === 1) return void response.writeHead(429, { 'retry-after': '1' }).end();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
    };
    await served(handle, async (apiUrl) => {
      const api = createApiClient({ apiUrl, apiKey: 'k' });
      expect(await api.get('/outreach')).toEqual({ items: [] });
      expect(await api.get('/gone')).toBeUndefined();
    });
    expect(asked).toBe(2);
  });

  it('passes on what a refusal says', () =>
    served(
      (_request, response) => response.writeHead(403).end('{"title":"Not allowed"}'),
      (apiUrl) => expect(createApiClient({ apiUrl, apiKey: 'k' }).get('/x')).rejects.toThrow('403 Not allowed'),
    ));
});

describe('the ledger', () => {
  it('is read for our outreach only', async () => {
    const id = '00000000-0000-5000-8000-000000000001';
    const lines = [`${id}.1`, '00000000-0000-5000-8000-000000000002.1', null, 'somebody else']
      .map((deliveryId, i) => JSON.stringify({ n: i + 1, deliveryId, attempt: 1, to: 'r@sandbox.test' }))
      .join('\n');
    await served(
      (_request, response) => response.end(`${lines}\n`),
      async (url) =>
        expect(await readLedger(url, new Set([id]))).toEqual([
          { n: 1, outreachId: id, deliveryId: `${id}.1`, attempt: 1 },
        ]),
    );
  });
});
