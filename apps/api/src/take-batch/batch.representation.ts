import type { FieldFault } from '@homing/contracts';
import type { BatchCounts, BatchOutreach } from '@homing/read-model';
import type { SeenBatch, SeenItem } from '@homing/vault/batch';

export const BATCH_STATES = ['accepted', 'expanding', 'sending', 'completed', 'cancelling', 'cancelled'] as const;

export interface ShownBatch {
  readonly batchId: string;
  readonly state: (typeof BATCH_STATES)[number];
  readonly receivedAt: string;
  readonly acceptedAt: string;
  readonly cancelRequestedAt?: string;
  /** Recipients in the call: `accepted + invalid`. */
  readonly items: number;
  readonly accepted: number;
  readonly invalid: number;
  /** Handed over to be decided. */
  readonly expanded: number;
  /** Held back for good: the batch was cancelled first. */
  readonly withheld: number;
  /** Absent in lists. */
  readonly progress?: BatchProgress;
}

/** `accepted = sent + skipped + failed + refused + pending + unknown`, always. */
export interface BatchProgress {
  /** Whole percent of the accepted that are neither pending nor unknown. */
  readonly percent: number;
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
  readonly refused: number;
  readonly pending: number;
  readonly unknown: number;
  readonly decided: number;
  readonly scheduled: number;
  readonly delivered: number;
  readonly opened: number;
  readonly clicked: number;
  readonly responded: number;
  readonly reasons: BatchCounts['reasons'];
}

export function shownBatch(batch: SeenBatch, counts?: BatchCounts): ShownBatch {
  const { refused: invalid, released: expanded, closedAt: _closed, ...seen } = batch;
  const progress = counts && progressOf(batch, counts);
  return { ...seen, state: stateOf(batch, progress), invalid, expanded, ...(progress ? { progress } : {}) };
}

function progressOf({ accepted, withheld }: SeenBatch, counts: BatchCounts): BatchProgress {
  const { sent, skipped, failed, refused, unknown, audience, decided, states, reasons } = counts;
  // What is not in the rows yet is pending, so that the sum holds at any moment.
  const pending = counts.pending + Math.max(0, accepted - withheld - audience);
  return {
    percent: accepted === 0 ? 100 : Math.floor((100 * (accepted - pending - unknown)) / accepted),
    ...{ sent, skipped: skipped + withheld, failed, refused, pending, unknown },
    ...{ decided, scheduled: states['scheduled'] ?? 0, delivered: counts.delivered },
    ...{ opened: counts.opened, clicked: counts.clicked, responded: counts.responded },
    reasons: withheld === 0 ? reasons : [...reasons, withheldReason(withheld)],
  };
}

const withheldReason = (count: number): BatchCounts['reasons'][number] => ({
  ...{ bucket: 'skipped', step: null, reason: 'batch_cancelled', count },
});

function stateOf({ cancelRequestedAt, closedAt, released, accepted }: SeenBatch, progress?: BatchProgress) {
  if (cancelRequestedAt !== undefined) return closedAt === undefined ? 'cancelling' : 'cancelled';
  if (accepted === 0) return 'completed';
  if (closedAt === undefined) return released === 0 ? 'accepted' : 'expanding';
  return progress?.pending === 0 && progress.unknown === 0 ? 'completed' : 'sending';
}

export interface ShownItem {
  readonly index: number;
  /** The caller's own, where it gave one. */
  readonly requestId?: string;
  readonly outreachId?: string;
  /** `invalid`: refused by the call; `waiting`: not handed over yet; `withheld`: never will be; else the outreach's state. */
  readonly state: string;
  /** The same request had come before this batch. */
  readonly repeated: boolean;
  readonly channel?: string;
  readonly sendAt?: string;
  readonly step?: string;
  readonly reason?: string;
  readonly errors?: readonly FieldFault[];
}

/** @param row of an item that was handed over; one without a row yet is accepted and not decided */
export function shownItem(item: SeenItem, row?: BatchOutreach): ShownItem {
  const { index, requestId, outreachId, faults, earlier } = item;
  const reason = row?.refusalReason ?? row?.outcomeReason ?? undefined;
  return {
    index,
    ...(requestId === undefined ? {} : { requestId }),
    ...(outreachId === undefined ? {} : { outreachId }),
    state: faults ? 'invalid' : item.withheld ? 'withheld' : item.released ? (row?.state ?? 'accepted') : 'waiting',
    repeated: earlier,
    ...(row?.channelUsed ? { channel: row.channelUsed } : {}),
    ...(row?.sendAt ? { sendAt: row.sendAt } : {}),
    ...(row?.refusalStep ? { step: row.refusalStep } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(faults === undefined ? {} : { errors: faults }),
  };
}
