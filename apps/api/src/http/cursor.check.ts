import { invalidField } from '../problem/problem.error.js';

/** The page, or the refusal of a cursor that is none of this list. */
export async function withCursor<T>(page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidCursorError') {
      throw invalidField('cursor', 'malformed', 'must be the nextCursor of a page of this list');
    }
    throw error;
  }
}
