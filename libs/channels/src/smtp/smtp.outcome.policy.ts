import type { SendResult } from '../channel.provider.js';

/** What nodemailer says of a mail that was not accepted. */
export interface SmtpFailure {
  /** `EENVELOPE`, `EMESSAGE`, `EAUTH`, `ESOCKET`, `ECONNECTION`, `ETIMEDOUT`, `EDNS`, `ETLS`, `EABORT` ... */
  readonly code?: string;
  /** What it took the place of: `ECONNREFUSED`. */
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
}

/** Judges a mail that was not accepted. `mayHaveReached`: the server had agreed to take the content, and some of it was handed over. */
export function judgeSmtpFailure(failure: SmtpFailure, mayHaveReached: boolean): SendResult {
  const { code = '', responseCode, command = '' } = failure;
  // Only a reply to a command of ours is a refusal. One that was half read when the connection closed says nothing.
  if (responseCode && REPLIES.has(code)) return judgeReply(responseCode, failure);
  if (responseCode && !mayHaveReached) return judgeReply(responseCode, failure);
  if (mayHaveReached) return { kind: 'unknown', reason: networkCode(failure) };
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return rejected('auth', 'auth_failed');
  if (code === 'EENVELOPE') return rejected('permanent', 'recipient_refused');
  if (code === 'EMESSAGE') return rejected('permanent', command === 'MAIL FROM' ? 'too_large' : 'content_refused');
  return rejected('retryable', networkCode(failure));
}

const REPLIES = new Set(['EENVELOPE', 'EMESSAGE', 'EAUTH', 'EPROTOCOL']);
/** 530 and 535 with their relatives: who we are is not believed. */
const AUTH_REPLIES = new Set([530, 534, 535, 538]);

/** The server's own no. A 4yz and 503 (commands out of order: the session's fault, not the message's) may be tried again. */
function judgeReply(responseCode: number, { code, command = '', response = '' }: SmtpFailure): SendResult {
  const status = enhancedStatus(response);
  const plain = status ? `smtp_${status.replaceAll('.', '_')}` : `smtp_${responseCode}`;
  if (responseCode < 400 || responseCode >= 600) return rejected('retryable', 'protocol_error');
  if (responseCode < 500) return rejected(status && THROTTLES.has(status) ? 'throttled' : 'retryable', plain);
  if (responseCode === 503) return rejected('retryable', plain);
  if (AUTH_REPLIES.has(responseCode) || code === 'EAUTH') return rejected('auth', plain);
  if (command === 'RCPT TO' && isAddressRefused(responseCode, status)) return rejected('permanent', 'invalid_address');
  if (responseCode === 552 || status === '5.3.4') return rejected('permanent', 'too_large');
  return rejected('permanent', plain);
}

/** Too many at once: the system is congested (RFC 3463), mail flood (RFC 7372's registry). */
const THROTTLES = new Set(['4.4.5', '4.7.28']);

/** 5.1.x is about the address; without an enhanced status 550, 551 and 553 are. */
const isAddressRefused = (responseCode: number, status: string | undefined) =>
  status ? /^5\.1\.(1|2|3|6|10)$/.test(status) : [550, 551, 553].includes(responseCode);

/** `550 5.1.1 ...` and `421-4.7.28 ...`; the sentence after it is not kept. */
const enhancedStatus = (response: string) => /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];

const NETWORK_CODES: Readonly<Record<string, string>> = {
  EABORT: 'deadline',
  ECONNECTION: 'connection_closed',
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ETIMEDOUT: 'timed_out',
  EDNS: 'name_not_found',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  ETLS: 'tls_failed',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};

const networkCode = ({ code = '', originalCode = '' }: SmtpFailure) =>
  NETWORK_CODES[originalCode] ?? NETWORK_CODES[code] ?? 'network_error';

const rejected = (kind: 'retryable' | 'permanent' | 'throttled' | 'auth', code: string): SendResult => ({
  kind: 'rejected',
  class: kind,
  code,
});
