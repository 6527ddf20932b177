import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createParser } from 'eventsource-parser';
import { LIVE_POKE, type OutreachTransition } from '@homing/contracts';
import { type ApiStack, startApiStack, type TestTenant, until } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import { at, type EmailStory, emailStory, StoryProjector } from '../story.fixture.js';

let stack: ApiStack;
let projector: StoryProjector;

beforeAll(async () => {
  stack = await startApiStack();
  projector = await StoryProjector.start(stack.read.connect('system'));
});
afterAll(() => stack.stop());

const storyOf = ({ tenantId }: TestTenant): EmailStory =>
  emailStory({ outreachId: randomUUID(), tenantId, personId: randomUUID(), acceptedAt: at(0) });

interface Followed {
  readonly status: number;
  readonly headers: Headers;
  /** In the order they came. */
  readonly events: { id: string; data: OutreachTransition }[];
  readonly comments: string[];
  readonly retry: number[];
  /** Resolves when the stream ended, by whichever side. */
  readonly ended: Promise<void>;
  leave(): void;
}

/** Reads server-sent events as a client does. `until` leaves by itself after so many events. */
async function follow(
  key: string,
  own: { url?: string; query?: string; lastEventId?: string; leaveAfter?: number } = {},
): Promise<Followed> {
  const { url = stack.service.url, query = '', lastEventId, leaveAfter = Infinity } = own;
  const leaving = new AbortController();
  const answer = await fetch(`${url}/api/v1/events${query}`, {
    headers: { authorization: `Bearer ${key}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
    signal: leaving.signal,
  });
  const followed = {
    status: answer.status,
    headers: answer.headers,
    events: [] as Followed['events'],
    comments: [] as string[],
    retry: [] as number[],
  };
  const parser = createParser({
    onEvent: ({ id = '', data }) => {
      if (followed.events.length >= leaveAfter) return;
      followed.events.push({ id, data: JSON.parse(data) as OutreachTransition });
      if (followed.events.length >= leaveAfter) leaving.abort();
    },
    onComment: (comment) => void followed.comments.push(comment),
    onRetry: (ms) => void followed.retry.push(ms),
  });
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>)
      parser.feed(decoder.decode(chunk, { stream: true }));
  };
  return { ...followed, ended: read().catch(() => {}), leave: () => leaving.abort() };
}

const positions = (followed: Followed): string[] => followed.events.map((event) => event.id);

describe('GET /events', () => {
  it('gives every event of the tenant once and in order to a client that keeps breaking off while more are written', async () => {
    const [own, other] = [await stack.newTenant(), await stack.newTenant()];
    const expected: string[] = [];
    const writing = (async () => {
      for (let n = 0; n < 40; n += 1) {
        const [mine, theirs] = [storyOf(own), storyOf(other)];
        const more = [mine.started(), mine.accepted(), mine.fact('delivered'), mine.settled('delivered')];
        expected.push(...(await projector.tell(mine, mine.intake)).map(String));
        await projector.tell(theirs, theirs.intake);
        stack.orchestrator.bus.notify(LIVE_POKE);
        expected.push(...(await projector.tell(mine, more)).map(String));
      }
    })();
    const seen: Followed['events'] = [];
    let visits = 0;
    while (seen.length < 280) {
      const lastEventId = seen.at(-1)?.id;
      const leaveAfter = Math.min(1 + ((visits * 7) % 23), 280 - seen.length);
      const visit = await follow(own.key, { query: '?after=0', leaveAfter, ...(lastEventId ? { lastEventId } : {}) });
      await visit.ended;
      seen.push(...visit.events);
      visits += 1;
    }
    await writing;
    expect(visits).toBeGreaterThan(20);
    expect(seen.map((event) => event.id)).toEqual(expected);
    expect(new Set(seen.map((event) => event.data.tenantId))).toEqual(new Set([own.tenantId]));
    expect(seen.flatMap((event) => faultsAgainst('Transition', event.data))).toEqual([]);
  });

  it('begins now when no place is named, and says how to hold on', async () => {
    const own = await stack.newTenant();
    const before = storyOf(own);
    await projector.tell(before, before.intake);
    const followed = await follow(own.key);
    expect([followed.status, followed.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(followed.headers.get('x-content-type-options')).toBe('nosniff');
    expect(followed.headers.get('cache-control')).toBe('no-store');
    const after = storyOf(own);
    const told = await projector.tell(after, after.intake);
    await until(() => followed.events.length >= 3);
    followed.leave();
    expect(positions(followed)).toEqual(told.map(String));
    expect(followed.retry).toEqual([2000]);
  });

  it('wakes at a poke, long before it would look by itself', async () => {
    const own = await stack.newTenant();
    const { url } = await stack.startAnother({ FEED_POLL_MS: '3600000' });
    await until(async () => (await fetch(`${url}/health/ready`)).status === 200);
    const followed = await follow(own.key, { url, query: '?after=0' });
    const story = storyOf(own);
    await projector.tell(story, story.intake);
    await until(() => {
      stack.orchestrator.bus.notify(LIVE_POKE);
      return followed.events.length === 3;
    });
    followed.leave();
  });

  it('looks by itself when nobody pokes', async () => {
    const own = await stack.newTenant();
    const { url } = await stack.startAnother({ FEED_POLL_MS: '50', HEARTBEAT_MS: '100' });
    const followed = await follow(own.key, { url, query: '?after=0' });
    await until(() => followed.comments.length > 0);
    const story = storyOf(own);
    await projector.tell(story, story.intake);
    await until(() => followed.events.length === 3);
    followed.leave();
  });

  it('ends when the service stops, and when the key is revoked', async () => {
    const own = await stack.newTenant();
    const key = await own.keyWith(['events:read']);
    const stopping = await stack.startAnother({ HEARTBEAT_MS: '100' });
    const [a, b] = [await follow(key, { url: stopping.url }), await follow(own.key, { url: stopping.url })];
    const keyId = /_([0-9a-f]{16})_/.exec(key)?.[1] ?? '';
    await stack.registry.revokeApiKey({ actor: 'test', tenantId: own.tenantId, keyId });
    await a.ended;
    await stopping.stop();
    await b.ended;
    expect(stack.lines.join('\n')).not.toContain('did not stop cleanly');
  });

  it('refuses what it cannot follow', async () => {
    const own = await stack.newTenant();
    const ask = async (path: string, key: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${stack.service.url}/api/v1/events${path}`, {
        headers: { authorization: `Bearer ${key}`, ...headers },
      });
      return [answer.status, ((await answer.json()) as { errors?: { field: string }[] }).errors?.[0]?.field];
    };
    expect(await ask('', own.key, { 'last-event-id': 'yesterday' })).toEqual([422, 'Last-Event-ID']);
    expect(await ask('?after=-1', own.key)).toEqual([422, 'after']);
    expect(await ask('?key=k', own.key)).toEqual([422, 'key']);
    expect(await ask('', await own.keyWith(['outreach:read']))).toEqual([403, undefined]);
    const nowhere = await stack.startAnother({ READ_DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/read' });
    const down = await fetch(`${nowhere.url}/api/v1/events`, { headers: { authorization: `Bearer ${own.key}` } });
    expect([down.status, down.headers.get('retry-after')]).toEqual([503, '2']);
  });
});
