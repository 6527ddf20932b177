import type { BatchItemRow, BatchRow } from '../tables/batch.tables.js';
import { columnsOf, type TableWrite } from './table.columns.js';

export const BATCHES: TableWrite<BatchRow> = {
  table: 'batches',
  key: ['batchId'],
  sticky: [
    ...(['items', 'accepted', 'refused', 'withheld', 'receivedAt', 'acceptedAt'] as const),
    ...(['expandedAt', 'cancelRequestedAt', 'cancelledAt'] as const),
  ],
  columns: columnsOf<BatchRow>({
    batchId: true,
    tenantId: true,
    items: true,
    accepted: true,
    refused: true,
    withheld: true,
    receivedAt: true,
    acceptedAt: true,
    expandedAt: true,
    cancelRequestedAt: true,
    cancelledAt: true,
    updatedPosition: true,
  }),
};

export const BATCH_ITEMS: TableWrite<BatchItemRow> = {
  table: 'batch_items',
  key: ['batchId', 'itemIndex'],
  columns: columnsOf<BatchItemRow>({
    batchId: true,
    itemIndex: true,
    tenantId: true,
    outreachId: true,
    chunk: true,
    updatedPosition: true,
  }),
};
