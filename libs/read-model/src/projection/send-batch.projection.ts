import { batchIdOfStream, type BatchEvent, type BatchEventType } from '@homing/contracts';
import type { BatchItemRow, BatchRow } from '../tables/batch.tables.js';
import { instant } from './instant.js';
import type { StoredEvent } from './stored-event.js';

const TYPES: Readonly<Record<BatchEventType, true>> = {
  BatchAccepted: true,
  BatchChunkExpanded: true,
  BatchExpanded: true,
  BatchCancellationRequested: true,
  BatchChunkCancelled: true,
  BatchCancelled: true,
};

export interface SendBatchRows {
  readonly batches: readonly BatchRow[];
  readonly items: readonly BatchItemRow[];
}

/**
 * What events say of calls with many recipients. Each says its own columns and leaves the others as they stand, so rows do not depend
 * on where batches of events were cut.
 */
export function sendBatchRows(events: readonly StoredEvent[]): SendBatchRows {
  const batches = new Map<string, BatchRow>();
  const items: BatchItemRow[] = [];
  for (const stored of events) {
    const batchId = batchIdOfStream(stored.stream);
    if (batchId === undefined || !Object.hasOwn(TYPES, stored.type)) continue;
    const event = { type: stored.type, data: stored.data } as BatchEvent;
    const said = { ...saidBy(event, stored.created.toISOString()), updatedPosition: stored.position };
    const before = batches.get(batchId) ?? { ...NOTHING, batchId, tenantId: stored.metadata.tenantId };
    batches.set(batchId, { ...before, ...said });
    if (event.type === 'BatchChunkExpanded' || event.type === 'BatchChunkCancelled') {
      const of = { batchId, tenantId: stored.metadata.tenantId, chunk: event.data.chunk };
      for (const { index, outreachId } of event.data.items) {
        items.push({ ...of, itemIndex: index, outreachId, updatedPosition: stored.position });
      }
    }
  }
  return { batches: [...batches.values()], items };
}

const NOTHING = {
  ...{ items: null, accepted: null, refused: null, withheld: null, receivedAt: null, acceptedAt: null },
  ...{ expandedAt: null, cancelRequestedAt: null, cancelledAt: null, updatedPosition: 0n },
};

function saidBy(event: BatchEvent, created: string): Partial<BatchRow> {
  switch (event.type) {
    case 'BatchAccepted': {
      const { items, accepted, refused, receivedAt, acceptedAt } = event.data;
      const times = { receivedAt: instant(receivedAt, created), acceptedAt: instant(acceptedAt, created) };
      return { items, accepted, refused, ...times };
    }
    case 'BatchExpanded':
      return { expandedAt: instant(event.data.at, created) };
    case 'BatchCancellationRequested':
      return { cancelRequestedAt: instant(event.data.at, created) };
    case 'BatchCancelled':
      return { cancelledAt: instant(event.data.at, created), withheld: event.data.withheld };
    default:
      return {};
  }
}
