import { setTimeout as wait } from 'node:timers/promises';
import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { Bus } from './bus.connection.js';
import { orMissing } from './stream.topology.js';

/** Milliseconds between two looks when something is said to be new. */
const SOON_MS = 300;

/** The first message of a subject from a sequence on: understood since NATS 2.9, unknown to the client's types. */
interface NextAfter {
  readonly seq: number;
  readonly next_by_subj: string;
}

export interface TailOptions {
  readonly stream: string;
  /** Wildcards allowed. */
  readonly subject: string;
  /** Hears every message, oldest first; all of them again now and then, so it must be safe to repeat. Must not throw. */
  readonly hear: (data: Uint8Array) => void;
  /** Milliseconds between two looks when nothing is new. Default 500. */
  readonly everyMs?: number;
  /** Milliseconds after which everything is read anew: a stream that was made again counts from the beginning. Default 30 000. */
  readonly anewMs?: number;
}

/**
 * Follows a stream that keeps the last message of each subject, by asking for one message after the other: needs the right to read
 * that stream and no consumer, so it serves users that stand apart.
 */
export class StreamTail {
  readonly #stopping = new AbortController();
  #complete = false;
  /** Looks that are not to wait for long. */
  #soon = 0;
  #poke = () => {};

  constructor(
    private readonly bus: Pick<Bus, 'api' | 'logger' | 'onReconnect'>,
    private readonly options: TailOptions,
  ) {}

  /** Whether everything the stream held was heard at least once; a stream that is not there yet holds nothing that could be known. */
  get complete(): boolean {
    return this.#complete;
  }

  start(): void {
    const off = this.bus.onReconnect(() => this.look());
    this.#stopping.signal.addEventListener('abort', off);
    void this.#follow();
  }

  stop(): void {
    this.#stopping.abort();
    this.#poke();
  }

  /** Looks at once, and soon again: something is said to be new, and may be said before it is stored. */
  look(): void {
    this.#soon = 2;
    this.#poke();
  }

  async #follow(): Promise<void> {
    const { everyMs = 500, anewMs = 30_000 } = this.options;
    let next = 1;
    let begun = performance.now();
    let failing = false;
    while (!this.#stopping.signal.aborted) {
      if (performance.now() - begun > anewMs) [next, begun] = [1, performance.now()];
      try {
        const { seq, there } = await this.#readFrom(next);
        next = seq;
        this.#complete ||= there;
        failing = false;
      } catch (error) {
        if (!failing) this.bus.logger.warn({ err: error, stream: this.options.stream }, 'stream cannot be followed');
        failing = true;
      }
      await this.#pause(this.#soon > 0 ? Math.min(SOON_MS, everyMs) : everyMs);
      this.#soon = Math.max(0, this.#soon - 1);
    }
  }

  /** Hears all there is from this sequence on; resolves with the next one, and whether there is such a stream. */
  async #readFrom(first: number): Promise<{ readonly seq: number; readonly there: boolean }> {
    const { stream, subject, hear } = this.options;
    const { manager } = await this.bus.api();
    for (let seq = first; ;) {
      const next: NextAfter = { seq, next_by_subj: subject };
      const found = await manager.streams.getMessage(stream, next).catch(orMissing);
      if (!found || this.#stopping.signal.aborted) return { seq, there: found !== undefined };
      hear(found.data);
      seq = found.seq + 1;
    }
  }

  async #pause(ms: number): Promise<void> {
    const poked = new Promise<void>((resolve) => (this.#poke = resolve));
    const over = new AbortController();
    await Promise.race([poked, wait(ms, undefined, { signal: over.signal, ref: false }).catch(() => {})]);
    over.abort();
  }
}

type Followed = Pick<TailOptions, 'stream' | 'subject'>;

/** Every message of the subject from a sequence on, oldest first, each asked for by itself. */
async function* from(
  manager: JetStreamManager,
  { stream, subject }: Followed,
  first: number,
): AsyncGenerator<StoredMsg> {
  for (let seq = first; ;) {
    const next: NextAfter = { seq, next_by_subj: subject };
    const found = await manager.streams.getMessage(stream, next).catch(orMissing);
    if (!found) return;
    yield found;
    seq = found.seq + 1;
  }
}

/**
 * The bytes of everything such a stream holds now, oldest first; nothing where there is no such stream (yet).
 * @throws the client's error when the bus does not answer
 */
export async function readLatest(bus: Pick<Bus, 'api'>, followed: Followed): Promise<Uint8Array[]> {
  const { manager } = await bus.api();
  const found: Uint8Array[] = [];
  for await (const message of from(manager, followed, 1)) found.push(message.data);
  return found;
}
