import type { BatchAccepted, BatchEvent, BatchPlace } from '@homing/contracts';
import { evolveBatch, type BatchState, type KnownBatch } from './batch.state.js';

/** Times are ISO 8601 UTC with milliseconds. */
export type BatchCommand =
  | ({ readonly kind: 'accept' } & BatchAccepted)
  | { readonly kind: 'expand'; readonly chunk: number; readonly items: readonly BatchPlace[]; readonly now: string }
  | { readonly kind: 'cancel'; readonly by: string; readonly now: string }
  | CancelChunk;

export interface CancelChunk {
  readonly kind: 'cancel-chunk';
  readonly chunk: number;
  /** Items held back for good. */
  readonly withheld: number;
  /** Items that were handed over, in whatever way that came about. */
  readonly items: readonly BatchPlace[];
  readonly now: string;
}

/**
 * What is to be recorded of a batch. Nothing: it stands there already, or its time has passed. Each chunk is expanded at most once and
 * cancelled at most once, in any order; the last one ends its phase in the same append.
 */
export function decideBatch(state: BatchState, command: BatchCommand): readonly BatchEvent[] {
  if (command.kind === 'accept') return accept(state, command);
  if (state.status === 'none') return [];
  switch (command.kind) {
    case 'expand':
      return expand(state, command);
    case 'cancel':
      return cancel(state, command);
    case 'cancel-chunk':
      return cancelChunk(state, command);
  }
}

function accept(state: BatchState, { kind: _kind, ...data }: BatchAccepted & { kind: string }): readonly BatchEvent[] {
  return state.status === 'none' ? [{ type: 'BatchAccepted', data }] : [];
}

function expand(state: KnownBatch, command: Extract<BatchCommand, { kind: 'expand' }>): readonly BatchEvent[] {
  const { chunk, items, now: at } = command;
  const { batchId } = state;
  if (state.status !== 'expanding' || state.expanded.includes(chunk) || chunk >= state.chunks) return [];
  const expanded: BatchEvent = { type: 'BatchChunkExpanded', data: { batchId, chunk, items, at } };
  const after = evolveBatch(state, expanded) as KnownBatch;
  if (after.expanded.length < after.chunks) return [expanded];
  return [expanded, { type: 'BatchExpanded', data: { batchId, items: after.items, at } }];
}

/** Also what was handed over altogether can be cancelled: what has not started does not start. */
function cancel(state: KnownBatch, { by, now: at }: { by: string; now: string }): readonly BatchEvent[] {
  if (state.status === 'cancelling' || state.status === 'cancelled') return [];
  return [{ type: 'BatchCancellationRequested', data: { batchId: state.batchId, by, at } }];
}

function cancelChunk(state: KnownBatch, { chunk, withheld, items, now: at }: CancelChunk): readonly BatchEvent[] {
  const { batchId } = state;
  if (state.status !== 'cancelling' || state.cancelled.includes(chunk) || chunk >= state.chunks) return [];
  // A chunk that was handed over and not recorded so, when its cancellation came: its outreach are named here.
  const unnamed = state.expanded.includes(chunk) ? [] : items;
  const data = { batchId, chunk, withheld, items: unnamed, at };
  const cancelled: BatchEvent = { type: 'BatchChunkCancelled', data };
  const after = evolveBatch(state, cancelled) as KnownBatch;
  if (after.cancelled.length < after.chunks) return [cancelled];
  const ended = { batchId, withheld: after.withheld, items: after.items, at };
  return [cancelled, { type: 'BatchCancelled', data: ended }];
}

/** What is to be done next of a batch; undefined: nothing is left. */
export function nextOfBatch(
  state: BatchState,
): { readonly kind: 'expand' | 'cancel-chunk'; readonly chunk: number } | undefined {
  if (state.status !== 'expanding' && state.status !== 'cancelling') return undefined;
  const [kind, done] =
    state.status === 'expanding' ? (['expand', state.expanded] as const) : (['cancel-chunk', state.cancelled] as const);
  const known = new Set(done);
  for (let chunk = 0; chunk < state.chunks; chunk += 1) if (!known.has(chunk)) return { kind, chunk };
  return undefined;
}
