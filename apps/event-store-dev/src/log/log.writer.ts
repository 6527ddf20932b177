import { randomUUID } from 'node:crypto';
import { FencedError, type LogStorage, UnknownCommitError } from '../storage/log-storage.port.js';
import { CommitPlanner } from './commit.planner.js';
import type { CommittedTail } from './committed-tail.feed.js';
import { RecentIds } from './recent-ids.cache.js';
import type { StoredEvent } from './stored-event.model.js';
import type { StreamTails } from './stream-tails.cache.js';
import type { WriteCommand, WriteOutcome } from './write.command.js';

interface Waiting {
  readonly command: WriteCommand;
  readonly answer: (outcome: WriteOutcome) => void;
}

export interface LogWriterOptions {
  readonly storage: LogStorage;
  readonly tails: StreamTails;
  readonly feed: CommittedTail;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** How long one commit is tried again while the storage is away, in ms (default 10 000). */
  readonly patience?: number;
  /** Called once when another instance took the log over. */
  readonly onFenced: () => void;
}

const MOST_COMMANDS = 1_000;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The only one who writes. Everything that waits is decided in order and stored in one commit; answers are given
 * after the commit is durable, and only then is it shown to readers.
 */
export class LogWriter {
  private queue: Waiting[] = [];
  private running: Promise<void> | undefined;
  private closed: string | undefined;
  private lost = false;
  private readonly recent = new RecentIds();

  constructor(private readonly use: LogWriterOptions) {}

  /** Bytes of events that wait or are being written: callers hold back while this is high. */
  waitingBytes = 0;

  submit(command: WriteCommand): Promise<WriteOutcome> {
    if (this.closed !== undefined) return Promise.resolve({ kind: 'unavailable', reason: this.closed });
    const bytes = bytesOf(command);
    this.waitingBytes += bytes;
    return new Promise((resolve) => {
      const answer = (outcome: WriteOutcome) => {
        this.waitingBytes -= bytes;
        resolve(outcome);
      };
      this.queue.push({ command, answer });
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  /** Refuses new commands, and resolves when those that waited are answered. */
  async close(reason: string): Promise<void> {
    this.closed ??= reason;
    await this.idle();
  }

  private async run(): Promise<void> {
    // Let everything that arrived together join the first commit.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    while (this.queue.length > 0) {
      const batch = this.take();
      try {
        await this.commit(batch);
      } catch (error) {
        this.fail(batch, error);
      }
    }
    // In the same step as the last look at the queue: whoever submits next starts a new run.
    this.running = undefined;
  }

  private take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { command } of this.queue) {
      bytes += bytesOf(command);
      if (count > 0 && (count >= MOST_COMMANDS || bytes > MOST_BYTES)) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  private async commit(batch: Waiting[]): Promise<void> {
    if (this.lost) await this.catchUp(await this.recover());
    const outcomes = new Map<Waiting, WriteOutcome>();
    const planner = await this.planner(batch);
    for (const waiting of batch) {
      const expired = waiting.command.expired?.() === true;
      outcomes.set(waiting, expired ? { kind: 'expired' } : await planner.plan(waiting.command));
    }
    if (planner.events.length > 0) await this.store(planner.events);
    for (const [stream, tail] of planner.tails) this.use.tails.set(stream, tail);
    for (const event of planner.events) this.recent.add(event);
    this.use.feed.publish(planner.events);
    for (const [waiting, outcome] of outcomes) waiting.answer(outcome);
  }

  private async planner(batch: readonly Waiting[]): Promise<CommitPlanner> {
    const { storage, tails, feed, now = Date.now } = this.use;
    return new CommitPlanner({
      stateOf: await tails.states(batch.map(({ command }) => command.stream)),
      refs: (stream, from, count) => storage.refs(stream, from, count),
      recent: (stream, id) => this.recent.find(stream, id),
      newId: randomUUID,
      head: feed.head,
      created: BigInt(now()) * 10_000n,
    });
  }

  /** Stores a commit; after a lost connection the log itself says whether it was stored, else it is stored again. */
  private async store(events: readonly StoredEvent[]): Promise<void> {
    const last = events.at(-1);
    for (;;) {
      try {
        return await this.use.storage.write(events);
      } catch (error) {
        if (!(error instanceof UnknownCommitError)) throw error;
        this.lost = true;
      }
      if ((await this.recover()) === last?.position) return;
    }
  }

  private async recover(): Promise<bigint> {
    const { storage, tails, patience = 10_000 } = this.use;
    const until = performance.now() + patience;
    for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
      try {
        const head = await storage.recover();
        this.lost = false;
        return head;
      } catch (error) {
        if (error instanceof FencedError || performance.now() > until) throw error;
        tails.forget();
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** A commit that was given up as unknown may have been stored after all: then readers must see it. */
  private async catchUp(head: bigint): Promise<void> {
    const { storage, feed, tails } = this.use;
    tails.forget();
    while (feed.head < head) {
      const events = await storage.readAll({ from: feed.head + 1n, direction: 'forwards', limit: 500 });
      for (const event of events) this.recent.add(event);
      feed.publish(events);
    }
  }

  private fail(batch: readonly Waiting[], error: unknown): void {
    const fenced = error instanceof FencedError;
    const reason = error instanceof Error ? error.message : String(error);
    this.use.tails.forget();
    if (fenced) this.closed = reason;
    const lost = fenced ? [...batch, ...this.queue.splice(0)] : batch;
    for (const { answer } of lost) answer({ kind: 'unavailable', reason });
    if (fenced) this.use.onFenced();
  }
}

function bytesOf(command: WriteCommand): number {
  if (command.kind !== 'append') return 100;
  let bytes = 0;
  for (const event of command.events) bytes += event.data.length + event.metadata.length + 100;
  return bytes;
}
