import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Verification, WebhookHead, WebhookRequest } from '../webhook.parser.js';

export const SIGNATURE_HEADER = 'x-twilio-email-event-webhook-signature';
export const TIMESTAMP_HEADER = 'x-twilio-email-event-webhook-timestamp';

/** Header fields that no body could make valid. */
export function verifySignatureHead(head: WebhookHead, toleranceSeconds: number): Verification {
  const read = readHead(head, toleranceSeconds);
  return typeof read === 'string' ? invalid(read) : { kind: 'valid' };
}

/**
 * ECDSA P-256 with SHA-256 over the timestamp's text followed by the raw body. The official helper is not used: it turns
 * the body into text first, and throws on malformed signatures.
 */
export function verifySignature(request: WebhookRequest, toleranceSeconds: number): Verification {
  const read = readHead(request, toleranceSeconds);
  if (typeof read === 'string') return invalid(read);
  const { timestamp, der } = read;
  // Timestamp and body are signed without a border: digits moved from one to the other would keep the signature.
  const first = request.rawBody[0] ?? 0x30;
  if (first >= 0x30 && first <= 0x39) return invalid('body_malformed');
  const keys = request.keys.map(publicKey).filter((key) => key !== undefined);
  if (keys.length === 0) return invalid('no_usable_key');
  const signed = Buffer.concat([Buffer.from(timestamp, 'ascii'), request.rawBody]);
  return keys.some((key) => verify('sha256', signed, key, der)) ? { kind: 'valid' } : invalid('signature_mismatch');
}

/** The reason for refusal as text, or what is signed with. */
function readHead(
  { headers, now }: WebhookHead,
  toleranceSeconds: number,
): string | { timestamp: string; der: Buffer } {
  const signature = single(headers, SIGNATURE_HEADER);
  const timestamp = single(headers, TIMESTAMP_HEADER);
  if (signature === undefined || timestamp === undefined) return 'signature_missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'timestamp_malformed';
  const der = strictBase64(signature);
  if (!der) return 'signature_malformed';
  const ageSeconds = Math.abs(now / 1000 - Number(timestamp));
  return ageSeconds <= toleranceSeconds ? { timestamp, der } : 'timestamp_out_of_tolerance';
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });

function single(headers: WebhookRequest['headers'], name: string): string | undefined {
  const values = Object.entries(headers).flatMap(([key, value]) =>
    key.toLowerCase() === name && value !== undefined ? value : [],
  );
  return values.length === 1 ? values[0] : undefined;
}

/** Bytes of canonical base64 only: `Buffer.from` would skip over anything it does not know. */
function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

const parsedKeys = new Map<string, KeyObject | undefined>();
const MOST_PARSED_KEYS = 1_000;

function publicKey(base64: string): KeyObject | undefined {
  if (!parsedKeys.has(base64)) {
    if (parsedKeys.size >= MOST_PARSED_KEYS) parsedKeys.clear();
    parsedKeys.set(base64, parseKey(base64));
  }
  return parsedKeys.get(base64);
}

function parseKey(base64: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}
