import { createHmac, timingSafeEqual } from 'node:crypto';
import { singleHeader } from '../single-header.reader.js';
import type { Verification, WebhookHead, WebhookRequest } from '../webhook.parser.js';

const HEADER = 'x-mandrill-signature';
/** What it signs its first call with, before a webhook and its key exist; public, and so good for an empty list alone. */
export const TEST_KEY = 'test-webhook';

export function verifyMandrillHead({ headers }: Pick<WebhookHead, 'headers'>): Verification {
  const read = signatureOf(headers);
  return typeof read === 'string' ? invalid(read) : { kind: 'valid' };
}

/**
 * Base64 HMAC-SHA-1 over the webhook's address exactly as it was entered there, then each form field's name and value, by name. `urls`:
 * what that address may be.
 */
export function verifyMandrillSignature(request: WebhookRequest, urls: readonly string[]): Verification {
  const given = signatureOf(request.headers);
  if (typeof given === 'string') return invalid(given);
  const fields = formOf(request.rawBody);
  if (!fields) return invalid('body_malformed');
  if (urls.length === 0) return invalid('address_unknown');
  const fits = (key: string) => urls.map((url) => timingSafeEqual(macOf(key, url, fields), given)).some(Boolean);
  const keys = request.keys.filter((key) => key !== '' && key !== TEST_KEY);
  if (keys.map(fits).some(Boolean)) return { kind: 'valid' };
  if (isEmptyCall(fields) && fits(TEST_KEY)) return { kind: 'valid' };
  return invalid(keys.length === 0 ? 'no_usable_key' : 'signature_mismatch');
}

/** As Mandrill signs; for whoever plays it. */
export const mandrillSignature = (key: string, url: string, rawBody: Uint8Array): string =>
  macOf(key, url, formOf(rawBody) ?? new Map<string, string>()).toString('base64');

/** Mandrill has one. A stranger's form is read before it is refused, and must not take long. */
const MOST_FIELDS = 1_000;

/** Fields by name; undefined where one comes twice: then it could mean two things. Undefined, too, beyond {@link MOST_FIELDS}. */
export function formOf(rawBody: Uint8Array): ReadonlyMap<string, string> | undefined {
  const text = Buffer.from(rawBody).toString('utf8');
  if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) return undefined;
  const pairs = [...new URLSearchParams(text)];
  const fields = new Map(pairs);
  return fields.size === pairs.length ? fields : undefined;
}

const isEmptyCall = (fields: ReadonlyMap<string, string>) =>
  fields.size === 1 && fields.get('mandrill_events') === '[]';

function macOf(key: string, url: string, fields: ReadonlyMap<string, string>): Buffer {
  const names = [...fields.keys()].toSorted();
  return createHmac('sha1', key)
    .update(url + names.map((name) => name + (fields.get(name) ?? '')).join(''))
    .digest();
}

/** The reason for refusal as text, or the signature's 20 bytes. */
function signatureOf(headers: WebhookRequest['headers']): string | Buffer {
  const value = singleHeader(headers, HEADER);
  if (value === undefined) return 'signature_missing';
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === 20 && bytes.toString('base64') === value ? bytes : 'signature_malformed';
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
