import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { singleHeader } from '../single-header.reader.js';
import type { ParsedWebhook, Verification, WebhookParser, WebhookRequest } from '../webhook.parser.js';

export const LINKEDIN_SIGNATURE = 'x-li-signature';
/** What is signed stands behind it. */
const PREFIX = 'hmacsha256=';
const CODE = /^[\w-]{1,100}$/;

/**
 * Hears LinkedIn: answers its challenge (every two hours; three failures block the address) and takes what it signs. There are no
 * receipts of messages between members: whatever it tells is kept as a fact of no message, and moves nothing.
 */
export function createLinkedInWebhook(): WebhookParser {
  return {
    provider: 'linkedin',
    channel: 'linkedin',
    verifyHead: ({ headers }) => (signatureOf(headers) ? { kind: 'valid' } : invalid('signature_missing')),
    verify: ({ headers, keys, rawBody }) => {
      const said = signatureOf(headers);
      if (!said) return invalid('signature_missing');
      const isOf = (key: string): boolean =>
        timingSafeEqual(createHmac('sha256', key).update(PREFIX).update(rawBody).digest(), said);
      const usable = keys.filter((key) => key !== '');
      if (usable.length === 0) return invalid('no_usable_key');
      return usable.some(isOf) ? { kind: 'valid' } : invalid('signature_mismatch');
    },
    parse,
    challenge: ({ query, keys }) => {
      const code = query['challengeCode'];
      const key = keys.find((each) => each !== '');
      if (code === undefined || !CODE.test(code)) return { kind: 'refused', reason: 'challenge_malformed' };
      if (key === undefined) return { kind: 'refused', reason: 'no_usable_key' };
      const challengeResponse = createHmac('sha256', key).update(code).digest('hex');
      const body = JSON.stringify({ challengeCode: code, challengeResponse });
      return { kind: 'answer', contentType: 'application/json', body };
    },
  };
}

function parse(rawBody: Uint8Array): ParsedWebhook {
  try {
    const value: unknown = JSON.parse(Buffer.from(rawBody).toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
    const { type, notificationId } = value as { type?: unknown; notificationId?: unknown };
    const payloadDigest = createHash('sha256').update(rawBody).digest('hex');
    const id = typeof notificationId === 'number' || typeof notificationId === 'string' ? String(notificationId) : '';
    return {
      facts: [
        {
          fact: 'other',
          unknownEvent: typeof type === 'string' && /^[\w.-]{1,60}$/.test(type) ? type.toLowerCase() : 'notification',
          occurredAt: '1970-01-01T00:00:00.000Z',
          providerEventId: /^[\w-]{1,100}$/.test(id) ? id : payloadDigest,
          payloadDigest,
        },
      ],
      faults: [],
    };
  } catch {
    return { facts: [], faults: [{ index: -1, code: 'not_json', raw: Buffer.from(rawBody).toString('utf8') }] };
  }
}

/** One spelling only: 64 lower-case hex digits. */
function signatureOf(headers: WebhookRequest['headers']): Buffer | undefined {
  const value = singleHeader(headers, LINKEDIN_SIGNATURE);
  return value !== undefined && /^[0-9a-f]{64}$/.test(value) ? Buffer.from(value, 'hex') : undefined;
}

const invalid = (reason: string): Verification => ({ kind: 'invalid', reason });
