import { createHash, timingSafeEqual } from 'node:crypto';
import { singleHeader } from '../single-header.reader.js';
import type { Verification, WebhookHead, WebhookRequest } from '../webhook.parser.js';

/**
 * Brevo signs nothing: who calls shows the token of the webhook's settings as a bearer, and that is all there is. Whoever has the token can
 * say anything; TLS and its length protect it. Compared without a hint of how much of it was right.
 */
export function verifyBearer({ headers, keys }: Pick<WebhookRequest, 'headers' | 'keys'>): Verification {
  const token = bearerOf(headers);
  if (token === undefined) return invalid('authorization_missing');
  const tokens = keys.filter((key) => key !== '');
  if (tokens.length === 0) return invalid('no_usable_key');
  const matches = tokens.map((key) => timingSafeEqual(digest(key), digest(token)));
  return matches.includes(true) ? { kind: 'valid' } : invalid('token_mismatch');
}

/** Before keys are known: whether there is a bearer at all. */
export const verifyHead = ({ headers }: Pick<WebhookHead, 'headers'>): Verification =>
  bearerOf(headers) === undefined ? invalid('authorization_missing') : { kind: 'valid' };

/** The scheme's name has no case, the token has. */
const bearerOf = (headers: WebhookRequest['headers']): string | undefined =>
  /^bearer +([\x21-\x7e]+)$/i.exec(singleHeader(headers, 'authorization') ?? '')?.[1];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
