import type { RejectionClass } from '../channel.provider.js';

/** What a code of Meta's means for a message. `unknown`: it may have been taken all the same. */
export interface GraphMeaning {
  readonly class: RejectionClass | 'unknown';
  /** Our word for it. */
  readonly code: string;
  /** How long to wait where the answer does not say, in seconds. */
  readonly retryAfterSeconds?: number;
}

type Row = readonly [class_: GraphMeaning['class'], code: string, retryAfterSeconds?: number];

/** By `code` alone, as Meta advises: titles, sentences and HTTP statuses change. Of all three products; none uses a number in two senses. */
const BY_CODE: Readonly<Record<number, Row>> = {
  // The account's: token, permission, standing, money. Every further message would fail alike.
  0: ['auth', 'token_invalid'],
  3: ['auth', 'permission_missing'],
  10: ['auth', 'permission_missing'],
  33: ['auth', 'sender_deleted'],
  190: ['auth', 'token_invalid'],
  368: ['auth', 'policy_block'],
  130497: ['permanent', 'country_restricted'],
  131005: ['auth', 'permission_missing'],
  131031: ['auth', 'account_locked'],
  131042: ['auth', 'payment_needed'],
  131045: ['auth', 'sender_not_registered'],
  133010: ['auth', 'sender_not_registered'],
  // Limits of the app, the account, the number, the pair of numbers.
  4: ['throttled', 'app_limit'],
  17: ['throttled', 'account_limit'],
  32: ['throttled', 'page_limit'],
  613: ['throttled', 'account_limit'],
  80006: ['throttled', 'page_limit'],
  80007: ['throttled', 'account_limit'],
  130429: ['throttled', 'throughput_limit'],
  131048: ['throttled', 'spam_limit', 3_600],
  131056: ['throttled', 'pair_limit', 6],
  // Surely not sent, and may be later.
  2: ['retryable', 'service_unavailable'],
  1200: ['retryable', 'service_unavailable'],
  131000: ['retryable', 'send_failed'],
  131016: ['retryable', 'service_unavailable'],
  131057: ['retryable', 'account_in_maintenance'],
  133004: ['retryable', 'service_unavailable'],
  // "Invalid request or possible server error": says nothing of what became of it.
  1: ['unknown', 'server_error'],
  // The person said no.
  131050: ['suppressed', 'opted_out'],
  // This message, for this person, in this way: not again.
  100: ['permanent', 'invalid_parameter'],
  551: ['permanent', 'person_unavailable'],
  130472: ['permanent', 'experiment'],
  131008: ['permanent', 'invalid_parameter'],
  131009: ['permanent', 'invalid_parameter'],
  131021: ['permanent', 'recipient_is_sender'],
  131026: ['permanent', 'undeliverable'],
  131030: ['permanent', 'recipient_not_allowed'],
  131047: ['permanent', 'outside_window'],
  131049: ['permanent', 'marketing_limit'],
  131051: ['permanent', 'unsupported_message'],
  132000: ['permanent', 'template_parameters'],
  132001: ['permanent', 'template_missing'],
  132005: ['permanent', 'template_too_long'],
  132007: ['permanent', 'template_policy'],
  132012: ['permanent', 'template_parameters'],
  132015: ['permanent', 'template_paused'],
  132016: ['permanent', 'template_disabled'],
};

/** Messenger and Instagram say more in the subcode: the same code for a missing permission and for a closed window. */
const BY_SUBCODE: Readonly<Record<number, Row>> = {
  1545041: ['permanent', 'person_unavailable'],
  1893063: ['auth', 'page_restricted'],
  2018001: ['permanent', 'no_such_person'],
  2018065: ['permanent', 'outside_window'],
  2018108: ['permanent', 'person_unavailable'],
  2018278: ['permanent', 'outside_window'],
};

/** Undefined for a code that is not listed: then its number is all there is to tell. */
export function meaningOfCode(code: number, subcode?: number): GraphMeaning | undefined {
  const row = BY_SUBCODE[subcode ?? -1] ?? BY_CODE[code] ?? (code >= 200 && code < 300 ? PERMISSION : undefined);
  if (!row) return undefined;
  const [class_, word, retryAfterSeconds] = row;
  return { class: class_, code: word, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

const PERMISSION: Row = ['auth', 'permission_missing'];
