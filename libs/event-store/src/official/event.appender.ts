import { setTimeout as delay } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { backoffMs } from '../backoff.policy.js';
import type { Backoff } from '../backoff.policy.js';
import { AppendOutcomeUnknownError, EventStoreUnavailableError, StreamDeletedError } from '../event-store.errors.js';
import type { AppendResult, ExpectedRevision } from '../event-store.port.js';
import { BatchLane, NoAnswerError } from './batch.lane.js';
import type { AppendAnswer, PreparedAppend } from './batch.messages.js';
import type { ClientHolder } from './client.internals.js';
import type { EventReader } from './event.reader.js';
import type { RawEvent } from './recorded.event.js';
import { within } from './time-limit.js';

export interface AppendTiming {
  /** How long one sending may go unanswered. */
  timeoutMs: number;
  /** How long to go on resending before the outcome is reported as unknown. */
  deadlineMs: number;
  backoff: Backoff;
}

/** An answer as the port gives it, but for what stands since: nobody has lifted that yet. */
export type RawAppendResult =
  | Extract<AppendResult, { kind: 'appended' }>
  | { kind: 'conflict'; actualRevision: ExpectedRevision; since?: readonly RawEvent[] };

/** So much is read after a refused revision, to know our own and to tell what others wrote: a longer way is left to the caller. */
const READ_BACK_EVENTS = 64;

/**
 * Every so many failed sendings even a connection that still looks alive is replaced; not every time, because the client
 * that was just told of another leader is the one that knows it.
 */
const RENEW_EVERY = 3;

/**
 * Appends until the outcome is known: resends the same ids at the same revision while answers stay away, and after a
 * refused revision reads what stands there, so that its own late duplicate is success and only another's is a conflict.
 */
export class EventAppender {
  private open: BatchLane | undefined;
  private opening: { client: EventStoreDBClient; lane: Promise<BatchLane> } | undefined;
  private disposed = false;

  constructor(
    private readonly holder: ClientHolder,
    private readonly reader: EventReader,
    private readonly timing: AppendTiming,
  ) {}

  async append(append: PreparedAppend): Promise<RawAppendResult> {
    const { timeoutMs, deadlineMs, backoff } = this.timing;
    const deadline = performance.now() + deadlineMs;
    for (let sendings = 1; ; sendings += 1) {
      const left = deadline - performance.now();
      try {
        const answer = await this.send(append, Math.min(timeoutMs, Math.max(1, left)), sendings);
        return await this.resultOf(append, answer);
      } catch (error) {
        if (!isUnclear(error)) throw error;
        const wait = backoffMs(sendings, backoff);
        if (this.disposed || performance.now() + wait >= deadline) {
          throw new AppendOutcomeUnknownError(append.stream, append.commandId, append.expectedRevision, {
            cause: error,
          });
        }
        await delay(wait);
      }
    }
  }

  /** Appends still open reject with AppendOutcomeUnknownError. */
  dispose(): void {
    this.disposed = true;
    this.open?.close('the event store was disposed');
    this.opening?.lane.then(
      (lane) => lane.close('the event store was disposed'),
      () => undefined,
    );
  }

  private async send(append: PreparedAppend, timeoutMs: number, sendings: number): Promise<AppendAnswer> {
    const client = this.holder.current();
    let lane: BatchLane | undefined;
    try {
      lane = await this.laneWithin(timeoutMs);
      return await lane.append(append, timeoutMs);
    } catch (error) {
      if (!lane || lane.wedged || sendings % RENEW_EVERY === 0) this.holder.renew(lane?.client ?? client);
      throw error;
    }
  }

  private async laneWithin(timeoutMs: number): Promise<BatchLane> {
    try {
      return await within(this.lane(), timeoutMs, () => new NoAnswerError(`no connection within ${timeoutMs} ms`));
    } catch (cause) {
      throw new NoAnswerError('no append stream could be opened', { cause });
    }
  }

  /** The lane of the current client; concurrent appends share the opening. */
  private lane(): Promise<BatchLane> {
    if (this.disposed) return Promise.reject(new NoAnswerError('the event store was disposed'));
    const client = this.holder.current();
    if (this.open?.alive && this.open.client === client) return Promise.resolve(this.open);
    if (this.opening?.client === client) return this.opening.lane;
    this.open?.retire();
    const lane = BatchLane.open(client).then((opened) => (this.open = opened));
    const opening = { client, lane };
    this.opening = opening;
    const settled = (): void => {
      if (this.opening === opening) this.opening = undefined;
    };
    lane.then(settled, settled);
    return lane;
  }

  private async resultOf(append: PreparedAppend, answer: AppendAnswer): Promise<RawAppendResult> {
    switch (answer.kind) {
      case 'refused':
        throw answer.error;
      case 'unclear':
        throw new NoAnswerError(answer.message);
      case 'wrong_revision':
        return this.readBack(append, answer.actualRevision);
      case 'stored': {
        const expected = firstRevision(append) + BigInt(append.events.length) - 1n;
        if (answer.revision !== expected) throw new StreamDeletedError(append.stream, 'soft');
        if (answer.position === undefined) return this.readBack(append, answer.revision);
        return { kind: 'appended', revision: answer.revision, position: answer.position };
      }
    }
  }

  private async readBack(append: PreparedAppend, actualRevision: ExpectedRevision): Promise<RawAppendResult> {
    const count = Math.max(append.events.length, READ_BACK_EVENTS);
    const stored = (await this.reader.raw(append.stream, firstRevision(append), count)) ?? [];
    const last = stored[append.events.length - 1];
    const ours = append.events.every((event, i) => event.id === stored[i]?.id);
    if (ours && last) return { kind: 'appended', revision: last.revision, position: last.position };
    const whole = stored.length < count && stored[0]?.revision === firstRevision(append);
    return { kind: 'conflict', actualRevision, ...(whole ? { since: stored } : {}) };
  }
}

function firstRevision(append: PreparedAppend): bigint {
  return append.expectedRevision === 'no_stream' ? 0n : append.expectedRevision + 1n;
}

function isUnclear(error: unknown): boolean {
  return error instanceof NoAnswerError || error instanceof EventStoreUnavailableError;
}
