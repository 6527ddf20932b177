import { BACKWARDS, END, ErrorType } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import type { Readable } from 'node:stream';
import { EventStoreUnavailableError, StreamDeletedError } from '../event-store.errors.js';
import type { ClientHolder } from './client.internals.js';
import { rawEventOf } from './recorded.event.js';
import type { RawEvent } from './recorded.event.js';

type Resolved = ResolvedEvent;
type Reading = Readable & { cancel(): Promise<void> };

/** `$$stream` of a softly deleted stream says: truncated before 2^63-1, which JSON.parse rounds to this. */
const SOFT_DELETED = Number(9223372036854775807n);

/** Events at the end of `$all` among which one of ours is looked for. */
const lookBack = 64;
const isOurs = ({ streamId, type }: { readonly streamId: string; readonly type: string }): boolean =>
  !streamId.startsWith('$') && !type.startsWith('$');

/** Reads with a limit on silence; a connection that said nothing at all is replaced. */
export class EventReader {
  constructor(
    private readonly holder: ClientHolder,
    private readonly timeoutMs: number,
  ) {}

  /** Events as stored, not upcast; undefined when there is no such stream. @throws StreamDeletedError */
  async raw(stream: string, fromRevision: bigint, maxCount?: number): Promise<RawEvent[] | undefined> {
    const events = await this.collect(stream, (client) =>
      client.readStream(stream, { fromRevision, maxCount, requiresLeader: true }),
    );
    if (!events) await this.refuseSoftlyDeleted(stream);
    return events?.flatMap(({ event }) => (event ? [rawEventOf(event)] : []));
  }

  /**
   * Events from a revision on, and the revision they reach: nothing stands between. Where there are none, the end of the stream is asked for
   * in a second read, and what was appended between the two is read after all: whoever folds what this gives and appends at its
   * revision has seen everything.
   */
  async upTo(
    stream: string,
    fromRevision: bigint,
    maxCount?: number,
  ): Promise<{ readonly events: RawEvent[]; readonly revision: bigint } | undefined> {
    for (;;) {
      const events = await this.raw(stream, fromRevision, maxCount);
      if (!events) return undefined;
      const last = events.at(-1)?.revision;
      if (last !== undefined) return { events, revision: last };
      const revision = await this.lastRevision(stream);
      if (revision === undefined) return undefined;
      if (revision < fromRevision || maxCount === 0) return { events, revision };
    }
  }

  /** Revision of the last event; undefined when there is no such stream. */
  async lastRevision(stream: string): Promise<bigint | undefined> {
    const events = await this.last(stream);
    return events?.at(-1)?.event?.revision;
  }

  async headPosition(): Promise<bigint> {
    const events = await this.lastOfAll(1);
    return events?.at(-1)?.event?.position?.commit ?? 0n;
  }

  async hasEventsAfter(position: bigint): Promise<boolean> {
    const events = (await this.lastOfAll(lookBack)) ?? [];
    return events.some(({ event }) => event && isOurs(event) && (event.position?.commit ?? 0n) > position);
  }

  private lastOfAll(maxCount: number): Promise<Resolved[] | undefined> {
    return this.collect('$all', (client) =>
      client.readAll({ fromPosition: END, direction: BACKWARDS, maxCount, requiresLeader: true }),
    );
  }

  private async refuseSoftlyDeleted(stream: string): Promise<void> {
    const meta = await this.last(`$$${stream}`);
    const data = meta?.at(-1)?.event?.data;
    if ((data as { $tb?: unknown } | undefined)?.$tb === SOFT_DELETED) throw new StreamDeletedError(stream, 'soft');
  }

  private last(stream: string): Promise<Resolved[] | undefined> {
    return this.collect(stream, (client) =>
      client.readStream(stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1, requiresLeader: true }),
    );
  }

  private collect(stream: string, open: (client: EventStoreDBClient) => unknown): Promise<Resolved[] | undefined> {
    const client = this.holder.current();
    const reading = open(client) as Reading;
    const events: Resolved[] = [];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if (events.length === 0) this.holder.renew(client);
        void reading.cancel().catch(() => undefined);
        reject(new EventStoreUnavailableError(`reading ${stream}: silence for ${this.timeoutMs} ms`));
      }, this.timeoutMs);
      reading.on('data', (event: Resolved) => {
        timer.refresh();
        events.push(event);
      });
      reading.on('end', () => {
        clearTimeout(timer);
        resolve(events);
      });
      reading.on('error', (error: Error & { type?: string }) => {
        clearTimeout(timer);
        if (error.type === ErrorType.STREAM_NOT_FOUND) return resolve(undefined);
        reject(readErrorOf(stream, error));
      });
    });
  }
}

function readErrorOf(stream: string, error: Error & { type?: string }): Error {
  if (error.type === ErrorType.STREAM_DELETED) return new StreamDeletedError(stream, 'tombstoned', { cause: error });
  return new EventStoreUnavailableError(`reading ${stream}: ${error.message}`, { cause: error });
}
