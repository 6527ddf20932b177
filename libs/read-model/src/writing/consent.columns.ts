import type { ConsentWordRow } from '../tables/consent.tables.js';
import { columnsOf, type TableWrite } from './table.columns.js';

export const CONSENT_WORDS: TableWrite<ConsentWordRow> = {
  table: 'consent_words',
  key: ['fingerprint', 'consentId'],
  columns: columnsOf<ConsentWordRow>({
    fingerprint: true,
    consentId: true,
    tenantId: true,
    kind: true,
    channel: true,
    purpose: true,
    source: true,
    saidAt: true,
    evidence: true,
    wording: true,
    validUntil: true,
    saidBy: true,
    revision: true,
    updatedPosition: true,
  }),
};
