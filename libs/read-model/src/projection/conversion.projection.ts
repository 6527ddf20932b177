import type { ConversionReported } from '@homing/contracts';
import type { ConversionRow } from '../tables/analytics.tables.js';
import { instant } from './instant.js';
import type { FoldedOutreach } from './outreach.fold.js';
import type { OutreachStreamEvent } from './stored-event.js';

/** One conversion; `after` is its outreach with it. */
export function conversionRow(
  { outreachId, position, created }: OutreachStreamEvent,
  { conversionKey, kind, value, occurredAt }: ConversionReported,
  { tenantId, state }: FoldedOutreach,
): ConversionRow {
  const recordedAt = created.toISOString();
  return {
    outreachId,
    conversionKey,
    tenantId,
    campaignKey: state.status === 'none' ? null : (state.request.campaignKey ?? null),
    kind,
    valueMicros: value ? BigInt(value.micros) : null,
    currency: value?.currency ?? null,
    occurredAt: instant(occurredAt, recordedAt),
    recordedAt,
    updatedPosition: position,
  };
}
