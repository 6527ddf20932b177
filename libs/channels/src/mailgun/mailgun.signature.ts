import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../canonical-json.text.js';
import { mediaTypeOf, readForm } from '../form-body.reader.js';

import { readRecord } from '../json.reading.js';
import type { ParseHead, ReplayClaim, Verification, WebhookHead, WebhookRequest } from '../webhook.parser.js';

interface Signed {
  readonly timestamp: string;
  readonly token: string;
  readonly signature: string;
}

const MEDIA_TYPES = new Set(['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']);

/** Nothing is signed in the headers: all they can show is a body that Mailgun would not send. */
export const verifyHead = ({ headers }: Pick<WebhookHead, 'headers'>): Verification =>
  MEDIA_TYPES.has(mediaTypeOf(headers)) ? { kind: 'valid' } : invalid('content_type');

/**
 * HMAC-SHA256 (hex) under the webhook signing key over timestamp and token. It covers NOTHING of the event: whoever has one signature can
 * put any event beside it, until the timestamp is out of tolerance; see `replayOf`. Timestamp and token stand without a border, but a digit moved
 * between them moves the instant by decades.
 */
export function verifySignature(request: WebhookRequest, toleranceSeconds: number): Verification {
  const head = verifyHead(request);
  if (head.kind === 'invalid') return head;
  const signed = readSigned(request);
  if (typeof signed === 'string') return invalid(signed);
  const ageSeconds = Math.abs(request.now / 1000 - Number(signed.timestamp));
  if (!(ageSeconds <= toleranceSeconds)) return invalid('timestamp_out_of_tolerance');
  const given = Buffer.from(signed.signature, 'hex');
  const keys = request.keys.filter((key) => key !== '');
  if (keys.length === 0) return invalid('no_usable_key');
  // Every key is tried, so that how long it takes does not tell which one it was.
  const matches = keys.map((key) => timingSafeEqual(given, macOf(key, signed)));
  return matches.includes(true) ? { kind: 'valid' } : invalid('signature_mismatch');
}

/**
 * The token with its timestamp, and what came with it: the event or the mail, however it is written down. A retry that is told in other
 * bytes is the same; whatever would be read otherwise is not.
 */
export function replayOf(rawBody: Uint8Array, { headers }: ParseHead): ReplayClaim | undefined {
  const signed = readSigned({ headers, rawBody });
  if (typeof signed === 'string') return undefined;
  const form = readForm(rawBody, headers);
  const content = form
    ? Object.fromEntries([...form].filter(([name]) => name !== 'signature'))
    : readRecord(Buffer.from(rawBody).toString('utf8'))?.['event-data'];
  const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');
  return { key: sha256(`${signed.timestamp}${signed.token}`), content: sha256(canonicalJson(content)) };
}

const macOf = (key: string, { timestamp, token }: Signed): Buffer =>
  createHmac('sha256', key)
    .update(timestamp + token)
    .digest();

/** In JSON under `signature`, in an inbound form among the fields. The reason for refusal where it is not whole. */
function readSigned({ headers, rawBody }: Pick<WebhookRequest, 'headers' | 'rawBody'>): Signed | string {
  const form = readForm(rawBody, headers);
  const fields = form ? Object.fromEntries(form) : readRecord(Buffer.from(rawBody).toString('utf8'))?.['signature'];
  if (typeof fields !== 'object' || fields === null) return 'signature_missing';
  const { timestamp, token, signature } = fields as Readonly<Record<string, unknown>>;
  if (timestamp === undefined || token === undefined || signature === undefined) return 'signature_missing';
  if (typeof timestamp !== 'string' || !/^\d{9,11}$/.test(timestamp)) return 'timestamp_malformed';
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(token)) return 'token_malformed';
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(signature)) return 'signature_malformed';
  return { timestamp, token, signature };
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
