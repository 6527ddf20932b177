import { createHmac, timingSafeEqual } from 'node:crypto';
import { singleHeader } from './single-header.reader.js';
import type { Verification, WebhookHead, WebhookRequest } from './webhook.parser.js';

/** A header `sha256=<HMAC-SHA256 of the raw body>`: how Meta (hex) and X (base64) sign. Nothing in it says when. */
export interface HmacHeader {
  /** Lower case. */
  readonly name: string;
  readonly encoding: 'hex' | 'base64';
}

const PREFIX = 'sha256=';

/** Whether there is exactly one header, and in it what could be a signature. */
export function verifyHmacHead(header: HmacHeader, head: Pick<WebhookHead, 'headers'>): Verification {
  const read = signatureOf(header, head.headers);
  return typeof read === 'string' ? invalid(read) : { kind: 'valid' };
}

/** Over the bytes as they came, against every key in force; in constant time. */
export function verifyHmac(header: HmacHeader, request: Omit<WebhookRequest, 'now'>): Verification {
  const read = signatureOf(header, request.headers);
  if (typeof read === 'string') return invalid(read);
  const keys = request.keys.filter((key) => key !== '');
  if (keys.length === 0) return invalid('no_usable_key');
  const isOf = (key: string) => timingSafeEqual(createHmac('sha256', key).update(request.rawBody).digest(), read);
  return keys.some(isOf) ? { kind: 'valid' } : invalid('signature_mismatch');
}

/** As it stands in the header, or in an answer to a challenge. */
export const hmacText = ({ encoding }: HmacHeader, key: string, body: Uint8Array | string): string =>
  `${PREFIX}${createHmac('sha256', key).update(body).digest(encoding)}`;

/** The reason for refusal as text, or the signature's 32 bytes. One spelling of them only: `Buffer.from` would read many. */
function signatureOf({ name, encoding }: HmacHeader, headers: WebhookRequest['headers']): string | Buffer {
  const value = singleHeader(headers, name);
  if (value === undefined) return 'signature_missing';
  const bytes = Buffer.from(value.slice(PREFIX.length), encoding);
  const isIt = bytes.length === 32 && value === `${PREFIX}${bytes.toString(encoding)}`;
  return isIt ? bytes : 'signature_malformed';
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
