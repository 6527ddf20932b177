import { CHANNELS, CONSENT_PURPOSES, CONSENT_SOURCES } from '@homing/contracts';
import { instant, list, partial, record, ref, text, whole, type Schema } from './schema.parts.js';

const topic = {
  contactId: { ...text, description: 'keyed hash of the address' },
  channel: { type: 'string', enum: [...CHANNELS] },
  purpose: { type: 'string', enum: [...CONSENT_PURPOSES] },
};
const consentId: Schema = {
  type: 'string',
  format: 'uuid',
  description: 'of the entry of the register; the proof of what is sent names it',
};
const kept = { consentId, ...topic };
const keptAs = { type: 'string', enum: ['granted', 'withdrawn', 'unchanged', 'accepted'] };

/** What the routes of the register of consent answer with. */
export const CONSENT_SCHEMAS: Readonly<Record<string, Schema>> = {
  ConsentAnswer: record({ ...kept, status: keptAs }),
  Consent: partial(
    {
      ...topic,
      standing: { type: 'string', enum: ['granted', 'withdrawn', 'expired'], description: 'by the latest word, now' },
      since: { ...instant, description: 'when the latest word was said' },
      validUntil: instant,
      words: {
        ...list(
          partial(
            {
              kind: { type: 'string', enum: ['granted', 'withdrawn'] },
              consentId,
              at: { ...instant, description: 'when it was said' },
              source: { type: 'string', enum: [...CONSENT_SOURCES] },
              evidence: { ...text, description: 'where the proof is kept' },
              wording: { ...text, description: 'which wording was agreed to' },
              validUntil: instant,
              by: { ...text, description: 'the key that recorded it' },
            },
            ['kind', 'consentId', 'at', 'source'],
          ),
        ),
        description: 'all that was said, latest first',
      },
    },
    [...Object.keys(topic), 'standing', 'since', 'words'],
  ),
  ConsentPage: partial({ items: list(ref('Consent')), nextCursor: text }, ['items']),
  FoundConsents: record({ contactId: topic.contactId, items: list(ref('Consent')) }),
  ConsentImport: record({
    items: list(
      partial(
        {
          index: { ...whole, description: 'place in the call, from 0' },
          status: {
            type: 'string',
            enum: [...keptAs.enum, 'refused', 'failed'],
            description: '`refused`: see `errors`, nothing of it is kept; `failed`: nobody knows, send it again',
          },
          ...kept,
          errors: list(record({ field: text, code: text, message: text })),
        },
        ['index', 'status'],
      ),
    ),
  }),
};
