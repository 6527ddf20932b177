import type { RejectionClass } from '../channel.provider.js';

interface CodeMeaning {
  /** A word of our own. */
  readonly word: string;
  /** What a refusal of the call with this code is. Default `permanent`. */
  readonly class?: RejectionClass;
  /** What the provider does not state, in seconds. */
  readonly retryAfterSeconds?: number;
}

const HOUR = 3_600;

/**
 * What Twilio's numbers mean, for a refused call and for a failed message alike. Twilio splits and adds numbers as it goes: one
 * that is not here is permanent for the call and keeps its number as its word.
 */
const CODES: Readonly<Record<number, CodeMeaning>> = {
  // The account.
  20003: { word: 'credentials_refused', class: 'auth' },
  20005: { word: 'account_not_active', class: 'auth' },
  20006: { word: 'access_denied', class: 'auth' },
  20404: { word: 'account_not_found', class: 'auth' },
  30002: { word: 'account_suspended', class: 'auth' },
  // Too much at once.
  14107: { word: 'too_many_requests', class: 'throttled' },
  20429: { word: 'too_many_requests', class: 'throttled' },
  21611: { word: 'queue_full', class: 'throttled', retryAfterSeconds: 60 },
  30001: { word: 'queue_full', class: 'throttled', retryAfterSeconds: 60 },
  63018: { word: 'too_many_messages', class: 'throttled', retryAfterSeconds: 60 },
  63038: { word: 'daily_limit', class: 'throttled', retryAfterSeconds: HOUR },
  20503: { word: 'unavailable', class: 'retryable' },
  // The person.
  21610: { word: 'opted_out', class: 'suppressed' },
  21211: { word: 'invalid_address' },
  21217: { word: 'invalid_address' },
  21408: { word: 'country_not_allowed' },
  21608: { word: 'trial_recipient' },
  21219: { word: 'trial_recipient' },
  21612: { word: 'unroutable' },
  21614: { word: 'not_mobile' },
  30003: { word: 'unreachable' },
  30004: { word: 'blocked' },
  30005: { word: 'unknown_number' },
  30006: { word: 'landline' },
  63003: { word: 'invalid_address' },
  63024: { word: 'invalid_address' },
  63032: { word: 'recipient_limit' },
  63049: { word: 'marketing_limit' },
  // What is said, and who says it.
  21212: { word: 'sender_refused' },
  21606: { word: 'sender_refused' },
  21659: { word: 'sender_refused' },
  63007: { word: 'sender_refused' },
  21602: { word: 'empty_text' },
  21617: { word: 'too_long' },
  21655: { word: 'template_unknown' },
  21656: { word: 'template_parameters' },
  63027: { word: 'template_unknown' },
  63028: { word: 'template_parameters' },
  63016: { word: 'outside_window' },
  30007: { word: 'filtered' },
  30034: { word: 'sender_not_registered' },
  30036: { word: 'expired' },
  30008: { word: 'unstated' },
};

/** The meaning of a number Twilio answered with. */
export const meaningOfCode = (code: number): CodeMeaning => CODES[code] ?? { word: `twilio_${code}` };

/** As it stands in a body or a form: digits. Undefined for anything else, and for 0, which means none. */
export function codeNumber(value: unknown): number | undefined {
  const code = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return typeof code === 'number' && Number.isInteger(code) && code > 0 && code < 1_000_000 ? code : undefined;
}
