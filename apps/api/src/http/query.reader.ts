import type { FieldFault } from '@homing/contracts';
import { ProblemError } from '../problem/problem.error.js';

export const DEFAULT_PAGE = 50;
export const LARGEST_PAGE = 500;

/** The query string's known parameters, each at most once and at most 500 characters. @throws ProblemError naming the others */
export function readQuery<K extends string>(query: unknown, known: readonly K[]): Partial<Record<K, string>> {
  const errors: FieldFault[] = [];
  for (const [field, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    if (!known.includes(field as K)) {
      const name = /^[\w.-]{1,100}$/.test(field) ? field : '(unprintable name)';
      errors.push({ field: name, code: 'unknown_field', message: 'is not a parameter of this route' });
    } else if (typeof value !== 'string' || value === '' || value.length > 500) {
      errors.push({ field, code: 'malformed', message: 'must be given once, with 1 to 500 characters' });
    }
  }
  if (errors.length > 0) throw new ProblemError('invalid_fields', { errors });
  return query as Partial<Record<K, string>>;
}

/** Rows on one page: 1 to 500, default 50. */
export function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PAGE;
  const limit = Number(text);
  if (/^\d{1,3}$/.test(text) && limit >= 1 && limit <= LARGEST_PAGE) return limit;
  const message = `must be a whole number from 1 to ${LARGEST_PAGE}`;
  throw new ProblemError('invalid_fields', { errors: [{ field: 'limit', code: 'malformed', message }] });
}

/** A position of the event store: a decimal number of 64 bits. */
export function readPosition(field: string, text: string): bigint {
  if (/^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n) return BigInt(text);
  const message = 'must be the id of an event of this feed';
  throw new ProblemError('invalid_fields', { errors: [{ field, code: 'malformed', message }] });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** An id of ours in a path; anything else names nothing. @throws ProblemError 404 */
export function readId(id: string): string {
  if (UUID.test(id)) return id.toLowerCase();
  throw new ProblemError('not_found');
}
