import { DISCARD_REASONS, type DiscardReason } from './dead-letter.js';
import type { DeskQuestion, DeskRequest, DeskWish } from './desk-messages.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
type Fields = Readonly<Record<string, unknown>>;

/** What the API asks of the desk; undefined when it is no such question, of this release or of any. */
export function readDeskRequest(bytes: Uint8Array): DeskRequest | undefined {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const question = questionOf(body as Fields);
  const wish = wishOf(body as Fields);
  return question && wish && { ...question, ...wish };
}

function questionOf({ letterId, tenantId, operator, actor, replyTo }: Fields): DeskQuestion | undefined {
  if (!isText(letterId) || !UUID.test(letterId) || !isText(tenantId) || !UUID.test(tenantId)) return undefined;
  if (typeof operator !== 'boolean' || !isText(actor) || !isText(replyTo)) return undefined;
  return { letterId, tenantId, operator, actor, replyTo };
}

function wishOf({ action, answerKey, repaired, idempotencyKey, reason }: Fields): DeskWish | undefined {
  switch (action) {
    case 'open':
    case 'open_inbound':
      return isText(answerKey) ? { action, answerKey } : undefined;
    case 'replay':
      if (!isTextOrNone(repaired) || !isTextOrNone(idempotencyKey)) return undefined;
      return {
        action,
        ...(repaired === undefined ? {} : { repaired }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      };
    case 'discard':
      return isDiscardReason(reason) ? { action, reason } : undefined;
    default:
      return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTextOrNone = (value: unknown): value is string | undefined => value === undefined || isText(value);
export const isDiscardReason = (value: unknown): value is DiscardReason => DISCARD_REASONS.includes(value as never);
