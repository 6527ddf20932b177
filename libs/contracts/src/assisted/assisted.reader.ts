import { ACTOR, REFERENCE } from '../bus/outreach-command.js';
import type { AssistedOutcome } from '../events/assisted-events.js';
import type { AssistedQuestion, AssistedRequest, AssistedWish } from './assisted-messages.js';

export const ASSISTED_OUTCOMES: readonly AssistedOutcome[] = ['sent', 'not_sent', 'declined'];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
type Fields = Readonly<Record<string, unknown>>;

/** What the API asks of a gateway; undefined when it is no such question, of this release or of any. */
export function readAssistedRequest(bytes: Uint8Array): AssistedRequest | undefined {
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

function questionOf({ tenantId, outreachId, leg, attempt, by, worker, replyTo }: Fields): AssistedQuestion | undefined {
  if (!isUuid(tenantId) || !isUuid(outreachId) || !isCount(leg) || !isCount(attempt)) return undefined;
  if (typeof by !== 'string' || !ACTOR.test(by) || !isText(replyTo)) return undefined;
  if (worker !== undefined && !(typeof worker === 'string' && REFERENCE.test(worker))) return undefined;
  return { tenantId, outreachId, leg, attempt, by, ...(worker === undefined ? {} : { worker }), replyTo };
}

function wishOf({ action, answerKey, outcome, note, idempotencyKey }: Fields): AssistedWish | undefined {
  if (action === 'open') return isText(answerKey) ? { action, answerKey } : undefined;
  if (action !== 'finish' || !isOutcome(outcome)) return undefined;
  if (note !== undefined && !(typeof note === 'string' && REFERENCE.test(note))) return undefined;
  if (idempotencyKey !== undefined && !isText(idempotencyKey)) return undefined;
  return {
    action,
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;
const isOutcome = (value: unknown): value is AssistedOutcome => ASSISTED_OUTCOMES.includes(value as never);
