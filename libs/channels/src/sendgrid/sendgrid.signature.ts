import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Verification, WebhookRequest } from '../webhook.parser.js';

export const SIGNATURE_HEADER = 'x-twilio-email-event-webhook-signature';
export const TIMESTAMP_HEADER = 'x-twilio-email-event-webhook-timestamp';

/**
 * ECDSA P-256 with SHA-256 over the timestamp's text followed by the raw body. The official helper is not used: it turns
 * the body into text first, and throws on malformed signatures.
 */
export function verifySignature(request: WebhookRequest, toleranceSeconds: number): Verification {
  const signature = single(request.headers, SIGNATURE_HEADER);
  const timestamp = single(request.headers, TIMESTAMP_HEADER);
  if (signature === undefined || timestamp === undefined) return invalid('signature_missing');
  if (!/^\d{1,12}$/.test(timestamp)) return invalid('timestamp_malformed');
  // Timestamp and body are signed without a border: digits moved from one to the other would keep the signature.
  const first = request.rawBody[0] ?? 0x30;
  if (first >= 0x30 && first <= 0x39) return invalid('body_malformed');
  const der = strictBase64(signature);
  if (!der) return invalid('signature_malformed');
  const keys = request.keys.map(publicKey).filter((key) => key !== undefined);
  if (keys.length === 0) return invalid('no_usable_key');
  const signed = Buffer.concat([Buffer.from(timestamp, 'ascii'), request.rawBody]);
  if (!keys.some((key) => verify('sha256', signed, key, der))) return invalid('signature_mismatch');
  const ageSeconds = Math.abs(request.now / 1000 - Number(timestamp));
  return ageSeconds <= toleranceSeconds ? { kind: 'valid' } : invalid('timestamp_out_of_tolerance');
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
