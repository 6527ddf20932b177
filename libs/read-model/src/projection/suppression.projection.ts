import { fingerprintOfStream, type SuppressionEvent } from '@homing/contracts';
import type { SuppressionRow } from '../tables/suppression.tables.js';
import { instant } from './instant.js';
import type { StoredEvent } from './stored-event.js';

const TYPES: Readonly<Record<SuppressionEvent['type'], true>> = { ContactSuppressed: true, ContactUnsuppressed: true };

/**
 * What a batch says of addresses, one row a reason: the latest word either way. Rows are merged into what stands by the same rule
 * (`suppressionUpsert`), so they do not depend on where batches were cut.
 */
export function suppressionRows(events: readonly StoredEvent[]): SuppressionRow[] {
  const rows = new Map<string, SuppressionRow>();
  for (const event of events) {
    const fingerprint = fingerprintOfStream(event.stream);
    if (fingerprint === undefined || !Object.hasOwn(TYPES, event.type)) continue;
    const row = rowOf(event, fingerprint, { type: event.type, data: event.data } as SuppressionEvent);
    const key = `${fingerprint} ${row.reason}`;
    const before = rows.get(key);
    rows.set(key, before ? merged(before, row) : row);
  }
  return [...rows.values()];
}

function rowOf(event: StoredEvent, fingerprint: string, { type, data }: SuppressionEvent): SuppressionRow {
  const at = instant(data.at, event.created.toISOString());
  const suppressed = type === 'ContactSuppressed';
  return {
    fingerprint,
    reason: data.reason,
    tenantId: event.metadata.tenantId,
    channel: data.channel,
    mask: suppressed ? (data.mask ?? null) : null,
    suppressedAt: suppressed ? at : null,
    liftedAt: suppressed ? null : at,
    saidBy: suppressed ? (data.by ?? null) : null,
    note: suppressed ? (data.note ?? null) : null,
    revision: event.revision,
    updatedPosition: event.position,
  };
}

function merged(before: SuppressionRow, after: SuppressionRow): SuppressionRow {
  const newer = after.suppressedAt !== null && after.suppressedAt > (before.suppressedAt ?? '');
  const { suppressedAt, saidBy, note } = newer ? after : before;
  return {
    ...after,
    channel: before.channel,
    mask: after.mask ?? before.mask,
    suppressedAt,
    saidBy,
    note,
    liftedAt: laterOf(before.liftedAt, after.liftedAt),
  };
}

const laterOf = (a: string | null, b: string | null): string | null => (a !== null && (b === null || a > b) ? a : b);
