import type { EventMetadata, EventStore, ExpectedRevision, NewEvent, RecordedEvent } from './event-store.port.js';

/** A stream as folded so far. `no_stream` with the empty state for a stream that is not there (or not read yet). */
export interface Folded<S> {
  readonly state: S;
  readonly revision: ExpectedRevision;
  /** W3C trace context of the stream's first event, where one is kept and known: who changes the stream goes on from it. */
  readonly traceparent?: string | undefined;
}

/** How to fold a kind of stream. */
export interface Fold<S, E> {
  readonly empty: S;
  evolve(state: S, event: E): S;
}

export interface Command<S, E extends NewEvent> {
  readonly stream: string;
  /** Where to start from: folded state that travelled in a message, or nothing to read the stream first. Stale only costs a conflict. */
  readonly known?: Folded<S> | undefined;
  /** Pure. Called again on what is stored after every conflict. No events: nothing to do. */
  decide(state: S): readonly E[];
  /** Deterministic for the command, so that a repeat is recognised; with a random part where it must be exclusive. */
  readonly commandId: string;
  readonly metadata: EventMetadata;
}

/** `stored` is what the last decision was taken on and appended to: follow it, never what was computed before. */
export interface Handled<S, E> extends Folded<S> {
  readonly kind: 'appended' | 'nothing';
  readonly events: readonly E[];
}

/**
 * Decide and append at the exact revision; on a conflict fold what others appended and decide again, without limit: each conflict
 * means that somebody else got on.
 *
 * @throws what the store throws (EventStoreUnavailableError, AppendOutcomeUnknownError: handle the command again)
 */
export async function handleCommand<S, E extends NewEvent>(
  store: Pick<EventStore, 'append' | 'readStream'>,
  fold: Fold<S, E>,
  command: Command<S, E>,
): Promise<Handled<S, E>> {
  let folded = command.known ?? (await readFolded(store, fold, command.stream));
  for (;;) {
    const events = command.decide(folded.state);
    if (events.length === 0) return { kind: 'nothing', events, ...folded };
    const { stream, commandId, metadata } = command;
    const result = await store.append({ stream, expectedRevision: folded.revision, commandId, events, metadata });
    if (result.kind === 'appended') {
      const state = events.reduce((state, event) => fold.evolve(state, event), folded.state);
      return { kind: 'appended', events, state, revision: result.revision };
    }
    folded = result.since ? foldedOn(fold, folded, result.since) : await readFolded(store, fold, stream);
  }
}

/** The whole stream, folded. */
export async function readFolded<S, E>(
  store: Pick<EventStore, 'readStream'>,
  fold: Fold<S, E>,
  stream: string,
): Promise<Folded<S>> {
  const read = await store.readStream(stream);
  if (read.kind === 'missing') return { state: fold.empty, revision: 'no_stream' };
  return { ...foldedOn(fold, { state: fold.empty, revision: 'no_stream' }, read.events), revision: read.revision };
}

/** What is known, and what was appended after it. */
function foldedOn<S, E>(fold: Fold<S, E>, known: Folded<S>, since: readonly RecordedEvent[]): Folded<S> {
  const state = since.reduce((state, { type, data }) => fold.evolve(state, { type, data } as E), known.state);
  const first = known.revision === 'no_stream' ? since[0]?.metadata.traceparent : known.traceparent;
  return { state, revision: since.at(-1)?.revision ?? known.revision, traceparent: first };
}
