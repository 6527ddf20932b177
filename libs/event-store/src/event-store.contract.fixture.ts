import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Conditions } from './condition.fixture.js';
import { eventIdOf } from './event-id.js';
import { EventStoreUnavailableError } from './event-store.errors.js';
import type { AppendRequest, AppendResult, EventBatch, EventStore, RecordedEvent } from './event-store.port.js';

/** A request with everything a test does not care about filled in. */
export function appendRequest(part: Partial<AppendRequest> & Pick<AppendRequest, 'stream'>): AppendRequest {
  return {
    expectedRevision: 'no_stream',
    commandId: randomUUID(),
    events: [{ type: 'Happened', data: { n: 1 } }],
    metadata: {
      tenantId: 'tenant-1',
      correlationId: 'correlation-1',
      causationId: 'causation-1',
      recordedAt: '2026-01-02T03:04:05.678Z',
      recordedBy: 'contract-test',
      schemaVersion: 1,
    },
    ...part,
  };
}

/** What a caller does with EventStoreUnavailableError. Any other error is the caller's. */
export async function retrying<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailableError)) throw error;
    }
  }
}

/** Collects what a subscription brings and lets a test wait for a condition on it. */
export class Follower {
  readonly events: RecordedEvent[] = [];
  readonly batches: EventBatch[] = [];
  private readonly conditions = new Conditions();

  readonly onBatch = async (batch: EventBatch): Promise<void> => {
    this.batches.push(batch);
    this.events.push(...batch.events);
    this.conditions.changed();
  };

  /** Names of the events on these streams, in the order they came. */
  on(...streams: string[]): string[] {
    return this.events
      .filter((event) => streams.includes(event.stream))
      .map((event) => `${event.stream}@${event.revision}`);
  }

  until(condition: () => boolean): Promise<void> {
    return this.conditions.until(condition);
  }
}

export interface ContractSubject {
  store: EventStore;
  stop(): Promise<void>;
}

/** What every implementation of the port promises. Streams are new in every test, so a shared server is no harm. */
export function eventStoreContract(name: string, start: () => Promise<ContractSubject>): void {
  describe(`the event store contract: ${name}`, () => {
    let subject: ContractSubject;
    let store: EventStore;
    const fresh = (): string => `outreach-${randomUUID()}`;

    beforeAll(async () => {
      subject = await start();
      store = subject.store;
    });
    afterAll(() => subject.stop());

    async function appended(request: AppendRequest): Promise<Extract<AppendResult, { kind: 'appended' }>> {
      const result = await store.append(request);
      if (result.kind !== 'appended') throw new Error(`expected an append, got ${JSON.stringify(result.kind)}`);
      return result;
    }

    it('stores several events together and reads them back as they were', async () => {
      const stream = fresh();
      const events = [
        { type: 'Requested', data: { text: 'ä€😀', deep: [{ b: 1, a: null }] } },
        { type: 'Decided', data: { ok: true } },
      ];
      const request = appendRequest({ stream, events });
      const result = await appended(request);
      expect(result.revision).toBe(1n);
      const read = await store.readStream(stream);
      if (read.kind !== 'found') throw new Error('missing');
      expect(read.revision).toBe(1n);
      expect(read.events.map(({ type, data, metadata }) => ({ type, data, metadata }))).toEqual(
        events.map((event) => ({ ...event, metadata: request.metadata })),
      );
      expect(read.events.map((event) => event.id)).toEqual(
        events.map((event, index) => eventIdOf({ stream, commandId: request.commandId, index, ...event })),
      );
      expect(read.events.map((event) => event.revision)).toEqual([0n, 1n]);
      expect(read.events.at(-1)?.position).toBe(result.position);
      expect(read.events[0]?.created).toBeInstanceOf(Date);
    });

    it('says that a stream never written is missing', async () => {
      expect(await store.readStream(fresh())).toEqual({ kind: 'missing' });
    });

    it('reads from a revision, at most so many, and tells how far that was', async () => {
      const stream = fresh();
      await appended(appendRequest({ stream, events: [0, 1, 2, 3].map((n) => ({ type: 'Counted', data: { n } })) }));
      const some = await store.readStream(stream, { fromRevision: 1n, maxCount: 2 });
      expect(some).toMatchObject({ kind: 'found', revision: 2n, events: [{ data: { n: 1 } }, { data: { n: 2 } }] });
      expect(await store.readStream(stream, { fromRevision: 4n })).toEqual({ kind: 'found', revision: 3n, events: [] });
    });

    it('takes a repeat of the same command as the success it was, even after others went on', async () => {
      const stream = fresh();
      const first = appendRequest({ stream, events: [1, 2].map((n) => ({ type: 'Counted', data: { n, a: 'x' } })) });
      const result = await appended(first);
      await appended(appendRequest({ stream, expectedRevision: 1n }));
      const reordered = first.events.map(({ type }, i) => ({ type, data: { a: 'x', n: i + 1 } }));
      expect(await appended({ ...first, events: reordered })).toEqual(result);
      expect(await store.readStream(stream)).toMatchObject({ revision: 2n });
    });

    it.each([
      ['other content', { events: [{ type: 'Happened', data: { n: 2 } }] }],
      ['another command', { commandId: 'another' }],
      ['more events', { events: [1, 1].map((n) => ({ type: 'Happened', data: { n } })) }],
    ])('refuses %s at a revision that is taken', async (_what, change) => {
      const stream = fresh();
      const first = appendRequest({ stream });
      await appended(first);
      expect(await store.append({ ...first, ...change })).toMatchObject({ kind: 'conflict', actualRevision: 0n });
      expect(await store.readStream(stream)).toMatchObject({ revision: 0n });
    });

    it('tells with a refusal nothing of what stands since, or all of it as a read does', async () => {
      const stream = fresh();
      await appended(appendRequest({ stream }));
      const others = [1, 2, 3].map((n) => ({ type: 'Counted', data: { n } }));
      await appended(appendRequest({ stream, expectedRevision: 0n, events: others }));
      const refused = await store.append(appendRequest({ stream, expectedRevision: 0n }));
      const read = await store.readStream(stream, { fromRevision: 1n });
      expect(refused).toMatchObject({ kind: 'conflict', actualRevision: 3n });
      const { since } = refused as { since?: readonly RecordedEvent[] };
      if (since) expect({ events: since }).toEqual({ events: (read as { events: RecordedEvent[] }).events });
    });

    it('refuses a revision that is not there yet', async () => {
      const stream = fresh();
      const early = appendRequest({ stream, expectedRevision: 3n });
      expect(await store.append(early)).toEqual({ kind: 'conflict', actualRevision: 'no_stream' });
      await appended(appendRequest({ stream }));
      expect(await store.append(early)).toEqual({ kind: 'conflict', actualRevision: 0n });
    });

    it('lets exactly one of many racers win', async () => {
      const stream = fresh();
      const results = await Promise.all(Array.from({ length: 12 }, () => store.append(appendRequest({ stream }))));
      expect(results.filter((result) => result.kind === 'appended')).toHaveLength(1);
      expect(await store.readStream(stream)).toMatchObject({ revision: 0n });
    });

    it('refuses an append without events', async () => {
      await expect(store.append(appendRequest({ stream: fresh(), events: [] }))).rejects.toThrow(RangeError);
    });

    it('gives every event one place in $all that grows', async () => {
      const [one, other] = [fresh(), fresh()];
      const results = [
        await appended(appendRequest({ stream: one })),
        await appended(appendRequest({ stream: other })),
        await appended(appendRequest({ stream: one, expectedRevision: 0n })),
      ];
      const positions = results.map((result) => result.position);
      expect([...positions].sort((a, b) => (a < b ? -1 : 1))).toEqual(positions);
      expect(new Set(positions).size).toBe(3);
      expect((await store.headPosition()) >= (positions[2] ?? 0n)).toBe(true);
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('tells whether an event stands after a position', async () => {
      const { position } = await appended(appendRequest({ stream: fresh() }));
      expect(await store.hasEventsAfter(position - 1n)).toBe(true);
      expect(await store.hasEventsAfter(position)).toBe(false);
    });

    it('brings what was and what comes, in order, and says when it has caught up', async () => {
      const [one, other] = [fresh(), fresh()];
      await appended(appendRequest({ stream: one }));
      await appended(appendRequest({ stream: other }));
      const follower = new Follower();
      const subscription = store.subscribeToAll({ from: 'start', onBatch: follower.onBatch, maxBatch: 7 });
      await follower.until(() => follower.batches.at(-1)?.caughtUp === true);
      expect(follower.on(one, other)).toEqual([`${one}@0`, `${other}@0`]);
      await appended(appendRequest({ stream: one, expectedRevision: 0n }));
      const last = await appended(appendRequest({ stream: other, expectedRevision: 0n }));
      await follower.until(() => follower.on(one, other).length === 4);
      expect(follower.on(one, other)).toEqual([`${one}@0`, `${other}@0`, `${one}@1`, `${other}@1`]);
      expect(follower.batches.every((batch) => batch.events.length <= 7)).toBe(true);
      expect(follower.batches.at(-1)?.position).toBe(last.position);
      expect(follower.events.every((event) => !event.stream.startsWith('$'))).toBe(true);
      await subscription.stop();
      await subscription.done;
    });

    it('goes on after the position given, and only there', async () => {
      const stream = fresh();
      const first = await appended(appendRequest({ stream }));
      await appended(appendRequest({ stream, expectedRevision: 0n }));
      const follower = new Follower();
      const subscription = store.subscribeToAll({ from: first.position, onBatch: follower.onBatch });
      await follower.until(() => follower.on(stream).length > 0);
      expect(follower.on(stream)[0]).toBe(`${stream}@1`);
      await subscription.stop();
    });

    it('offers a rejected batch again and never goes past it', async () => {
      const stream = fresh();
      const from = await store.headPosition();
      const follower = new Follower();
      const troubles: string[] = [];
      let refusals = 2;
      const subscription = store.subscribeToAll({
        from,
        onBatch: async (batch) => {
          if (batch.events.length > 0 && refusals > 0) {
            refusals -= 1;
            throw new Error('the database is away');
          }
          await follower.onBatch(batch);
        },
        onTrouble: (trouble) => troubles.push(trouble.kind),
      });
      await appended(appendRequest({ stream }));
      await appended(appendRequest({ stream, expectedRevision: 0n }));
      await follower.until(() => follower.on(stream).length === 2);
      expect(follower.on(stream)).toEqual([`${stream}@0`, `${stream}@1`]);
      expect(troubles).toEqual(['batch_rejected', 'batch_rejected']);
      await subscription.stop();
    });

    it('waits for the batch in hand when it is stopped, and brings no other', async () => {
      const stream = fresh();
      const from = await store.headPosition();
      let [release, taken, batches] = [(): void => undefined, (): void => undefined, 0];
      const inHand = new Promise<void>((resolve) => (taken = resolve));
      const subscription = store.subscribeToAll({
        from,
        onBatch: async (batch) => {
          if (batch.events.length === 0) return;
          batches += 1;
          taken();
          await new Promise<void>((resolve) => (release = resolve));
        },
      });
      await appended(appendRequest({ stream }));
      await inHand;
      let stopped = false;
      const stopping = subscription.stop().then(() => (stopped = true));
      await appended(appendRequest({ stream, expectedRevision: 0n }));
      await store.ping();
      expect(stopped).toBe(false);
      release();
      await stopping;
      expect(batches).toBe(1);
    });

    it('ends for good at an event newer than the software', async () => {
      const stream = fresh();
      const from = await store.headPosition();
      const request = appendRequest({ stream });
      const follower = new Follower();
      await appended({ ...request, metadata: { ...request.metadata, schemaVersion: 9 } });
      await expect(store.readStream(stream)).rejects.toThrow('schema version 9');
      const subscription = store.subscribeToAll({ from, onBatch: follower.onBatch });
      await expect(subscription.done).rejects.toThrow('schema version 9');
      expect(follower.on(stream)).toEqual([]);
    });
  });
}
