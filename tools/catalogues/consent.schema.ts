import { CONSENT_PURPOSES, CONSENT_SOURCES } from '@homing/contracts';

type Json = Record<string, unknown>;
const text = (description: string): Json => ({ type: 'string', description });
const instant: Json = { type: 'string', format: 'date-time' };

/** The kinds of `contact.command` that are about consent, beside what every kind holds. */
export function consentCommands(ofContact: Json, required: readonly string[]): Json[] {
  const said = {
    ...ofContact,
    consentId: { type: 'string', format: 'uuid' },
    purpose: { type: 'string', enum: [...CONSENT_PURPOSES] },
    source: { type: 'string', enum: [...CONSENT_SOURCES] },
    at: instant,
    evidence: text('reference to where the proof is kept'),
  };
  const needed = [...required, 'consentId', 'purpose', 'source'];
  const granted = {
    kind: { const: 'grant_consent' },
    ...said,
    wording: text('reference to the wording'),
    validUntil: instant,
  };
  return [
    { type: 'object', properties: granted, required: [...needed, 'evidence'] },
    { type: 'object', properties: { kind: { const: 'withdraw_consent' }, ...said }, required: needed },
  ];
}
