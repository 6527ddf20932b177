import type { LogStorage } from '../storage/log-storage.port.js';
import type { StreamView } from './append.decider.js';
import { isTombstone } from './append.decider.js';
import { metastreamOf, NO_REVISION, originalOf } from './stored-event.model.js';
import { isSoftDeleted, parseStreamMetadata, type StreamMetadata } from './stream-metadata.model.js';

/** The end of one stream; `metadata` and `raw` only for a metadata stream. */
export interface Tail {
  readonly revision: bigint;
  readonly metadata?: StreamMetadata;
  readonly raw?: Uint8Array;
}

const NONE: Tail = { revision: NO_REVISION };

/** A stream with everything that decides its appends and reads. */
export interface StreamState extends StreamView {
  readonly metadata: StreamMetadata;
  readonly rawMetadata: Uint8Array;
  readonly metaRevision: bigint;
}

export const tailOf = (stream: string, revision: bigint, data?: Uint8Array): Tail =>
  originalOf(stream) === undefined || data === undefined
    ? { revision }
    : { revision, metadata: parseStreamMetadata(data), raw: data };

/** Remembers the ends of the streams used last. The writer is the only one who changes them. */
export class StreamTails {
  private readonly tails = new Map<string, Tail>();
  private changes = 0;

  /** @param limit how many streams are remembered; the oldest are forgotten first. */
  constructor(
    private readonly storage: LogStorage,
    private readonly limit = 50_000,
  ) {}

  /** States of the streams; `override` shows ends that are decided but not stored yet. */
  async states(streams: readonly string[]): Promise<(override?: ReadonlyMap<string, Tail>) => StateOf> {
    const known = await this.load(streams.flatMap(namesFor));
    return (override) => (stream) => stateOf(stream, (name) => override?.get(name) ?? known.get(name) ?? NONE);
  }

  async state(stream: string): Promise<StreamState> {
    return (await this.states([stream]))()(stream);
  }

  /** What the writer stored. */
  set(stream: string, tail: Tail): void {
    this.changes += 1;
    this.tails.delete(stream);
    this.tails.set(stream, tail);
    this.trim();
  }

  forget(): void {
    this.changes += 1;
    this.tails.clear();
  }

  private async load(names: readonly string[]): Promise<Map<string, Tail>> {
    const known = new Map<string, Tail>();
    const missing = new Set<string>();
    for (const name of names) {
      const tail = this.tails.get(name);
      if (tail) known.set(name, tail);
      else missing.add(name);
    }
    if (missing.size === 0) return known;
    const before = this.changes;
    const found = await this.storage.tails([...missing]);
    for (const name of missing) {
      const stored = found.get(name);
      const tail = stored ? tailOf(name, stored.revision, stored.data) : NONE;
      known.set(name, tail);
      // A commit during the look-up may have made this answer old: use it, but do not keep it.
      if (before === this.changes) this.tails.set(name, tail);
    }
    this.trim();
    return known;
  }

  private trim(): void {
    for (const name of this.tails.keys()) {
      if (this.tails.size <= this.limit) return;
      this.tails.delete(name);
    }
  }
}

export type StateOf = (stream: string) => StreamState;

function namesFor(stream: string): string[] {
  const original = originalOf(stream);
  return original === undefined ? [stream, metastreamOf(stream)] : [stream, metastreamOf(stream), original];
}

function stateOf(stream: string, tailFor: (name: string) => Tail): StreamState {
  const own = tailFor(stream);
  const meta = tailFor(metastreamOf(stream));
  const original = originalOf(stream);
  const metadata = meta.metadata ?? {};
  return {
    revision: own.revision,
    tombstoned: isTombstone(own.revision) || (original !== undefined && isTombstone(tailFor(original).revision)),
    softDeleted: isSoftDeleted(metadata),
    hasMetadata: meta.revision !== NO_REVISION,
    metadata,
    rawMetadata: meta.raw ?? new Uint8Array(),
    metaRevision: meta.revision,
  };
}
