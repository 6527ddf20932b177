import type { ProviderFactKind } from '@homing/contracts';
import type { Json } from '../json.reading.js';

interface Meaning {
  readonly fact: ProviderFactKind;
  /** The field that says when. */
  readonly at?: string;
  readonly code?: string;
  readonly unknownEvent?: string;
}

/**
 * What an event says, in our words; undefined where there is no name. That the phone fell silent (`UNKNOWN_STATE`) is no fate: the
 * message may have been sent, and nothing must follow from it but that it is written down.
 */
export function meaningOf(body: Json): Meaning | undefined {
  const name = body['webhookEvent'];
  switch (name) {
    case 'MESSAGE_SENT':
      return { fact: 'sent', at: 'sentAt' };
    case 'MESSAGE_DELIVERED':
      return { fact: 'delivered', at: 'deliveredAt' };
    case 'MESSAGE_FAILED':
      return { fact: 'failed', at: 'failedAt', code: failureCode(body['errorCode']) };
    default:
      if (typeof name !== 'string' || name === '') return undefined;
      return { fact: 'other', unknownEvent: /^[A-Z][A-Z0-9_]{0,39}$/.test(name) ? name.toLowerCase() : 'unnamed' };
  }
}

/** Android's own words for why a text did not leave the phone (`SmsManager.RESULT_ERROR_...`), by number or by name. */
const FAILURES: Readonly<Record<string, string>> = {
  '1': 'generic_failure',
  '2': 'radio_off',
  '3': 'null_pdu',
  '4': 'no_service',
  '5': 'too_many_messages',
  '6': 'fixed_dialling_numbers_only',
};

function failureCode(value: unknown): string {
  const said = typeof value === 'number' ? String(value) : value;
  if (typeof said !== 'string') return 'unstated';
  if (/^\d{1,4}$/.test(said)) return FAILURES[said] ?? `android_${said}`;
  const word = said.toUpperCase().replace(/^RESULT_(ERROR_)?/, '');
  return NAMED.has(word) ? word.toLowerCase() : 'unstated';
}

const NAMED: ReadonlySet<string> = new Set([
  'GENERIC_FAILURE',
  'RADIO_OFF',
  'NULL_PDU',
  'NO_SERVICE',
  'LIMIT_EXCEEDED',
]);
