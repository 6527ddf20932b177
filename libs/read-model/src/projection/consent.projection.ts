import { fingerprintOfStream, type ConsentEvent } from '@homing/contracts';
import { consentWordOf } from '@homing/domain';
import type { ConsentWordRow } from '../tables/consent.tables.js';
import { instant, instantOrNull } from './instant.js';
import type { StoredEvent } from './stored-event.js';

const TYPES: Readonly<Record<ConsentEvent['type'], true>> = { ConsentGranted: true, ConsentWithdrawn: true };

/** Words of consent, each once: of a word that was recorded again the first stands, in a batch as in the table. */
export function consentRows(events: readonly StoredEvent[]): ConsentWordRow[] {
  const rows = new Map<string, ConsentWordRow>();
  for (const event of events) {
    const fingerprint = fingerprintOfStream(event.stream);
    if (fingerprint === undefined || !Object.hasOwn(TYPES, event.type)) continue;
    const row = rowOf(event, fingerprint, { type: event.type, data: event.data } as ConsentEvent);
    const key = `${fingerprint} ${row.consentId}`;
    if (!rows.has(key)) rows.set(key, row);
  }
  return [...rows.values()];
}

function rowOf(stored: StoredEvent, fingerprint: string, event: ConsentEvent): ConsentWordRow {
  const word = consentWordOf(event);
  const { kind, consentId, channel, purpose, source } = word;
  const granted = kind === 'granted' ? word : undefined;
  return {
    ...{ fingerprint, consentId, kind, channel, purpose, source },
    tenantId: stored.metadata.tenantId,
    saidAt: instant(word.at, stored.created.toISOString()),
    evidence: word.evidence ?? null,
    wording: granted?.wording ?? null,
    validUntil: instantOrNull(granted?.validUntil),
    saidBy: word.by ?? null,
    revision: stored.revision,
    updatedPosition: stored.position,
  };
}
