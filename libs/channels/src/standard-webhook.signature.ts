import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Verification, WebhookHead, WebhookRequest } from './webhook.parser.js';

const TOLERANCE_SECONDS = 300;

/** Headers that no body could make valid. */
export function verifyStandardHead(head: WebhookHead): Verification {
  const read = readHead(head);
  return typeof read === 'string' ? invalid(read) : { kind: 'valid' };
}

/**
 * Standard Webhooks: `webhook-signature` holds `v1,` and the base64 HMAC-SHA-256 of `<webhook-id>.<webhook-timestamp>.<body>` under one of
 * the keys, several separated by spaces; the timestamp lies within five minutes of now. Keys are base64, `whsec_` before them or not.
 */
export function verifyStandardSignature(request: WebhookRequest): Verification {
  const read = readHead(request);
  if (typeof read === 'string') return invalid(read);
  const keys = request.keys.map(keyBytes).filter((key) => key !== undefined);
  if (keys.length === 0) return invalid('no_usable_key');
  const fits = keys.map((key) => {
    const expected = macOf(key, read, request.rawBody);
    return read.signatures.some((given) => given.length === expected.length && timingSafeEqual(given, expected));
  });
  return fits.some(Boolean) ? { kind: 'valid' } : invalid('signature_mismatch');
}

/** The headers of a signed call; for whoever plays one. `seconds` since the epoch. */
export function standardHeaders(
  key: string,
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: Uint8Array },
): Record<string, string> {
  const timestamp = String(seconds);
  const mac = macOf(keyBytes(key) ?? Buffer.alloc(0), { id, timestamp }, body).toString('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });

const macOf = (key: Buffer, { id, timestamp }: { id: string; timestamp: string }, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();

function readHead({ headers, now }: WebhookHead): string | { id: string; timestamp: string; signatures: Buffer[] } {
  const id = single(headers, 'webhook-id');
  const timestamp = single(headers, 'webhook-timestamp');
  const signature = single(headers, 'webhook-signature');
  if (id === undefined || timestamp === undefined || signature === undefined) return 'signature_missing';
  // A dot in the id would move the border between what is signed.
  if (!/^[\w-]{1,128}$/.test(id)) return 'id_malformed';
  if (!/^\d{1,12}$/.test(timestamp)) return 'timestamp_malformed';
  const signatures = signature
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? (strictBase64(one.slice(3)) ?? []) : []));
  if (signatures.length === 0) return 'signature_malformed';
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return 'timestamp_out_of_tolerance';
  return { id, timestamp, signatures };
}

function single(headers: WebhookRequest['headers'], name: string): string | undefined {
  const values = Object.entries(headers).flatMap(([key, value]) =>
    key.toLowerCase() === name && value !== undefined ? value : [],
  );
  return values.length === 1 ? values[0] : undefined;
}

const strictBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
};

const LEAST_KEY_BYTES = 16;

/** Undefined for what is no key: too short, or not base64. */
export function keyBytes(key: string): Buffer | undefined {
  const bytes = strictBase64(key.trim().replace(/^whsec_/, ''));
  return bytes && bytes.length >= LEAST_KEY_BYTES ? bytes : undefined;
}
