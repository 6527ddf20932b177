import type { BatchEvent } from '@homing/contracts';

/** One batch, folded from its stream. Plain JSON. */
export type BatchState = { readonly status: 'none' } | KnownBatch;

export interface KnownBatch {
  readonly status: 'expanding' | 'expanded' | 'cancelling' | 'cancelled';
  readonly batchId: string;
  readonly tenantId: string;
  readonly accepted: number;
  readonly chunks: number;
  /** Chunks whose items were handed over, in the order of their numbers. */
  readonly expanded: readonly number[];
  /** Chunks that were cancelled, likewise. */
  readonly cancelled: readonly number[];
  /** Items that became an outreach. */
  readonly items: number;
  /** Items that never will. */
  readonly withheld: number;
}

export const noBatch: BatchState = { status: 'none' };

export function evolveBatch(state: BatchState, event: BatchEvent): BatchState {
  if (event.type === 'BatchAccepted') return state.status === 'none' ? begin(event.data) : state;
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'BatchChunkExpanded': {
      const { chunk, items } = event.data;
      return { ...state, expanded: withChunk(state.expanded, chunk), items: state.items + items.length };
    }
    case 'BatchExpanded':
      return { ...state, status: 'expanded' };
    case 'BatchCancellationRequested':
      return { ...state, status: 'cancelling' };
    case 'BatchChunkCancelled': {
      const { chunk, items, withheld } = event.data;
      const cancelled = withChunk(state.cancelled, chunk);
      return { ...state, cancelled, items: state.items + items.length, withheld: state.withheld + withheld };
    }
    case 'BatchCancelled':
      return { ...state, status: 'cancelled' };
    default:
      return unreadable(event, state);
  }
}

function begin({ batchId, tenantId, accepted, chunks }: Extract<BatchEvent, { type: 'BatchAccepted' }>['data']) {
  const none = { expanded: [], cancelled: [], items: 0, withheld: 0 } as const;
  return { status: 'expanding', batchId, tenantId, accepted, chunks, ...none } as const;
}

const withChunk = (chunks: readonly number[], chunk: number): readonly number[] =>
  chunks.includes(chunk) ? chunks : [...chunks, chunk].toSorted((a, b) => a - b);

/** A type this version does not know (written by a newer one) changes nothing here. */
const unreadable = (_event: never, state: BatchState): BatchState => state;
