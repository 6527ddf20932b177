import { createHmac, timingSafeEqual } from 'node:crypto';
import { singleHeader } from '../single-header.reader.js';
import type { Verification, WebhookHead, WebhookRequest } from '../webhook.parser.js';

export const SIGNATURE_HEADER = 'x-signature';

/** The header fields that no body could make valid. */
export function verifyTextbeeHead({ headers }: Pick<WebhookHead, 'headers'>): Verification {
  const signature = singleHeader(headers, SIGNATURE_HEADER);
  if (signature === undefined) return invalid('signature_missing');
  return /^[0-9a-f]{64}$/.test(signature) ? { kind: 'valid' } : invalid('signature_malformed');
}

/** Hex HMAC-SHA256 over the bytes. Nothing signed is a moment in time: what is sent again is known by its idempotency key. */
export function verifyTextbee(request: WebhookRequest): Verification {
  const head = verifyTextbeeHead(request);
  if (head.kind === 'invalid') return head;
  const keys = request.keys.filter((key) => key.trim() !== '');
  if (keys.length === 0) return invalid('no_usable_key');
  const given = Buffer.from(singleHeader(request.headers, SIGNATURE_HEADER) ?? '', 'hex');
  const fits = (key: string) => timingSafeEqual(given, createHmac('sha256', key).update(request.rawBody).digest());
  return keys.some(fits) ? { kind: 'valid' } : invalid('signature_mismatch');
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
