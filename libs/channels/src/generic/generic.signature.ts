import { createHmac, timingSafeEqual } from 'node:crypto';
import { singleHeader } from '../single-header.reader.js';
import type { Verification, WebhookHead, WebhookRequest } from '../webhook.parser.js';

/** As Standard Webhooks recommends, in seconds, both ways. */
export const DEFAULT_TOLERANCE_SECONDS = 300;

interface SignedHead {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly Buffer[];
}

/** The header fields that no body could make valid. */
export function verifyStandardHead(head: WebhookHead, toleranceSeconds: number): Verification {
  const read = readHead(head, toleranceSeconds);
  return typeof read === 'string' ? invalid(read) : { kind: 'valid' };
}

/**
 * Standard Webhooks, version 1: base64 HMAC-SHA256 over `id.timestamp.body`. The official helper is not used: it reads the clock
 * itself, turns the body into text first, and takes `12abc` for a timestamp. Ids may hold no dot here, as the border between id and
 * timestamp would move otherwise.
 */
export function verifyStandard(request: WebhookRequest, toleranceSeconds: number): Verification {
  const read = readHead(request, toleranceSeconds);
  if (typeof read === 'string') return invalid(read);
  const keys = request.keys.map(keyOf).filter((key) => key !== undefined);
  if (keys.length === 0) return invalid('no_usable_key');
  const { id, timestamp, signatures } = read;
  const expected = keys.map((key) =>
    createHmac('sha256', key).update(`${id}.${timestamp}.`).update(request.rawBody).digest(),
  );
  return signatures.some((given) => expected.some((own) => timingSafeEqual(given, own)))
    ? { kind: 'valid' }
    : invalid('signature_mismatch');
}

/** The reason for refusal as text, or what is signed with. */
function readHead({ headers, now }: WebhookHead, toleranceSeconds: number): string | SignedHead {
  const id = singleHeader(headers, 'webhook-id');
  const timestamp = singleHeader(headers, 'webhook-timestamp');
  const listed = singleHeader(headers, 'webhook-signature');
  if (id === undefined || timestamp === undefined || listed === undefined) return 'signature_missing';
  if (!/^[\w-]{1,128}$/.test(id)) return 'id_malformed';
  if (!/^[1-9]\d{8,10}$/.test(timestamp)) return 'timestamp_malformed';
  const signatures = listed
    .split(' ')
    .slice(0, MOST_SIGNATURES)
    .flatMap((each) => (each.startsWith('v1,') ? (strictBase64(each.slice(3), 32) ?? []) : []));
  if (signatures.length === 0) return 'signature_malformed';
  if (Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds) return 'timestamp_out_of_tolerance';
  return { id, timestamp, signatures };
}

const MOST_SIGNATURES = 10;

/** `whsec_` and base64; undefined for anything else. */
export function keyOf(secret: string): Buffer | undefined {
  const text = secret.startsWith('whsec_') ? secret.slice(6) : secret;
  const key = Buffer.from(text, 'base64');
  return key.length > 0 && key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? key : undefined;
}

/** Bytes of canonical base64 only: `Buffer.from` would skip over anything it does not know. */
function strictBase64(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
