import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, type JSONEventType, jsonEvent, type ResolvedEvent } from '@eventstore/db-client';
import { startEventStoreDev } from '../event-store-dev.server.js';
import { testDatabase } from '../storage/database.fixture.js';

export const full = process.env['HOMING_TEST_SIZE'] === 'full';

export interface Node {
  readonly url: string;
  /** A client of its own for whoever needs a fresh connection; disposed with the node. */
  connect(): EventStoreDBClient;
  stop(): Promise<void>;
}

/** The node under test: the one EVENTSTORE_URL names, or this server over a fresh Postgres database. */
export async function testNode(): Promise<Node> {
  const given = process.env['EVENTSTORE_URL'];
  if (given) return connected(given, async () => {});
  const database = await testDatabase();
  const server = await startEventStoreDev({ databaseUrl: database.url });
  return connected(server.url, async () => {
    await server.stop();
    await database.drop();
  });
}

function connected(url: string, after: () => Promise<void>): Node {
  const clients: EventStoreDBClient[] = [];
  return {
    url,
    connect: () => {
      const client = EventStoreDBClient.connectionString(url);
      clients.push(client);
      return client;
    },
    stop: async () => {
      for (const client of clients) await client.dispose();
      await after();
    },
  };
}

export type Happened = JSONEventType<'happened', { n: number; text?: string }>;

export const happened = (n: number, more: { id?: string; text?: string } = {}) =>
  jsonEvent<Happened>({
    type: 'happened',
    data: { n, ...(more.text !== undefined && { text: more.text }) },
    ...(more.id !== undefined && { id: more.id }),
  });

export const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => happened(from + n));

/** A stream name that no other test and no earlier run uses. */
export const freshStream = (name = 'blackbox') => `${name}-${randomUUID()}`;

/** Per-call credentials send an append over the unary call instead of the shared duplex call. */
export const UNARY = { credentials: { username: 'admin', password: 'changeit' } };

export const numbers = (events: readonly ResolvedEvent[]): number[] =>
  events.map(({ event }) => (event?.data as { n: number }).n);

/** All events of a finished read. */
export async function collect(read: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> {
  const events: ResolvedEvent[] = [];
  for await (const event of read) events.push(event);
  return events;
}

type Subscription = AsyncIterable<ResolvedEvent> & { unsubscribe(): Promise<void> };

/** Takes events from a subscription until enough were seen, then leaves it. */
export async function takeFrom(
  subscription: Subscription,
  enough: (events: ResolvedEvent[]) => boolean,
): Promise<ResolvedEvent[]> {
  const events: ResolvedEvent[] = [];
  for await (const event of subscription) {
    events.push(event);
    if (enough(events)) break;
  }
  return events;
}

/** What a call was refused with. */
export async function refusal<Refusal = { type: string }>(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    return error as Refusal;
  }
  throw new Error('the call was not refused');
}
