import { invalidField } from '../problem/problem.error.js';

const VISIBLE = /^[\x20-\x7e]{1,200}$/;

/**
 * The id that makes a repeat recognisable: the body's `requestId`, else the `Idempotency-Key`, else the fresh one. A key may
 * stand in double quotes, as the header's draft standard writes it. @throws ProblemError when the key is no key
 */
export function requestIdOf(given: {
  requestId?: string | undefined;
  idempotencyKey?: string | undefined;
  fresh: string;
}): string {
  const { requestId, idempotencyKey, fresh } = given;
  const key = idempotencyKeyOf(idempotencyKey);
  return requestId ?? key ?? fresh;
}

/** The key of an `Idempotency-Key` header. @throws ProblemError when it is none, or given more than once */
export function idempotencyKeyOf(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined || typeof header === 'string') return header === undefined ? undefined : readKey(header);
  throw invalidField('Idempotency-Key', 'malformed', 'must be given once');
}

function readKey(header: string): string {
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (!VISIBLE.test(key)) {
    throw invalidField('Idempotency-Key', 'malformed', 'must be 1 to 200 printable ASCII characters');
  }
  return key;
}

/** `Prefer: respond-async` (RFC 7240), alone or among others. */
export const prefersAsync = (prefer: string | undefined): boolean =>
  (prefer ?? '').split(',').some((preference) => preference.split(';')[0]?.trim().toLowerCase() === 'respond-async');
