import { createHash, timingSafeEqual } from 'node:crypto';
import { singleHeader } from '../single-header.reader.js';
import type { Verification, WebhookHead, WebhookRequest } from '../webhook.parser.js';
import { formOf } from './twilio.form.js';
import { validateRequest } from './twilio.sdk.js';

export const SIGNATURE_HEADER = 'x-twilio-signature';

/** The header fields that no body could make valid. */
export function verifyTwilioHead({ headers }: Pick<WebhookHead, 'headers'>): Verification {
  const signature = singleHeader(headers, SIGNATURE_HEADER);
  if (signature === undefined) return invalid('signature_missing');
  const bytes = Buffer.from(signature, 'base64');
  return bytes.length === 20 && bytes.toString('base64') === signature
    ? { kind: 'valid' }
    : invalid('signature_malformed');
}

/**
 * HMAC-SHA1 over the public address and the sorted fields of the form, by the SDK's own validator, which knows the six ways in
 * which Twilio may have written that address. Nothing signed is a moment in time: what is sent again is known by its event id.
 */
export function verifyTwilio(request: WebhookRequest): Verification {
  const head = verifyTwilioHead(request);
  if (head.kind === 'invalid') return head;
  if (request.url === undefined || !URL.canParse(request.url)) return invalid('address_unknown');
  const { url, rawBody, headers, keys } = request;
  const usable = keys.filter((key) => key.trim() !== '');
  if (usable.length === 0) return invalid('no_usable_key');
  const stated = new URL(url).searchParams.getAll('bodySHA256');
  if (stated.length > 0 && !isDigestOf(stated, rawBody)) return invalid('body_mismatch');
  // A form is signed field by field; of any other body only the digest in the address is.
  const fields = stated.length > 0 ? {} : formOf(rawBody);
  if (!fields) return invalid('body_unreadable');
  const signature = singleHeader(headers, SIGNATURE_HEADER) ?? '';
  return usable.some((key) => validateRequest(key, signature, url, fields))
    ? { kind: 'valid' }
    : invalid('signature_mismatch');
}

/** Over the bytes, not over what they become as text. */
function isDigestOf(stated: readonly string[], rawBody: Uint8Array): boolean {
  const given = Buffer.from(stated.length === 1 ? (stated[0] ?? '') : '', 'hex');
  const digest = createHash('sha256').update(rawBody).digest();
  return given.length === digest.length && timingSafeEqual(given, digest);
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
