import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../api/api.client.js';
import { type Connection, LiveFeed } from './live.feed.js';

/** One visit of the feed to the server: what it asked with, and the server's end of the stream. */
interface Visit {
  readonly lastEventId: string | undefined;
  send(...ids: number[]): void;
  /** Breaks off in the middle of an event. */
  breakOff(): void;
}

function server() {
  const visits: Visit[] = [];
  let refusal: ApiError | undefined;
  const client = {
    events: async (lastEventId: string | undefined, signal: AbortSignal): Promise<Response> => {
      if (refusal) throw refusal;
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const write = (text: string): void => void writer.write(new TextEncoder().encode(text)).catch(() => {});
      signal.addEventListener('abort', () => void writer.abort().catch(() => {}));
      visits.push({
        lastEventId,
        send: (...ids) => write(ids.map((id) => `id: ${id}\ndata: {"position":"${id}"}\n\n`).join('')),
        breakOff: () => {
          write('id: 999\ndata: {"posi');
          void writer.close().catch(() => {});
        },
      });
      return new Response(readable);
    },
  };
  return { client, visits, refuse: (error: ApiError) => void (refusal = error) };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('LiveFeed', () => {
  it('comes back by itself with the last whole event it has seen, and reads anew only when it has none', async () => {
    const { client, visits } = server();
    const feed = new LiveFeed(client);
    const seen: string[] = [];
    let fresh = 0;
    feed.listen({
      onEvents: (events) => seen.push(...events.map((event) => event.position)),
      onFresh: () => (fresh += 1),
    });
    const states: Connection[] = [];
    feed.watch(() => states.push(feed.connection()));
    const running = feed.run();
    await until(() => visits.length === 1);
    visits[0]?.send(7, 9);
    await until(() => seen.length === 2);
    visits[0]?.breakOff();
    await until(() => feed.connection() === 'disconnected');
    feed.retryNow();
    await until(() => visits.length === 2);
    visits[1]?.send(12);
    await until(() => seen.length === 3);
    feed.stop();
    await running;
    expect(visits.map((visit) => visit.lastEventId)).toEqual([undefined, '9']);
    expect([seen, fresh]).toEqual([['7', '9', '12'], 1]);
    expect(states).toEqual(['live', 'disconnected', 'live']);
  });

  it('gives up when the key is no longer good, and on nothing else', async () => {
    const { client, visits, refuse } = server();
    const feed = new LiveFeed(client);
    const running = feed.run();
    await until(() => visits.length === 1);
    refuse(new ApiError(503, 'A store is down'));
    visits[0]?.breakOff();
    await until(() => feed.connection() === 'disconnected');
    refuse(new ApiError(401, 'A valid API key is needed'));
    feed.retryNow();
    await running;
    expect(feed.connection()).toBe('denied');
  });
});
