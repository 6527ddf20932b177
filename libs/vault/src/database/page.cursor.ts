/** The cursor was not made by this software, or for another list. The caller starts again without one. */
export class InvalidCursorError extends Error {
  readonly safeMessage = true;
  readonly code = 'INVALID_CURSOR';

  constructor() {
    super('the cursor is not one of this list');
    this.name = 'InvalidCursorError';
  }
}

/** The sort key of a page's last row, opaque to callers. */
export const encodeCursor = (key: readonly string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** An instant, then so many texts that Postgres can hold. @throws InvalidCursorError */
export function decodeCursor(cursor: string, texts: number): readonly string[] {
  const key = parsed(cursor);
  if (!Array.isArray(key) || key.length !== texts + 1 || !key.every(isText)) throw new InvalidCursorError();
  const time = Date.parse(String(key[0]));
  const inRange = time > Date.parse('2000-01-01T00:00:00Z') && time < Date.parse('2200-01-01T00:00:00Z');
  if (!inRange || new Date(time).toISOString() !== key[0]) throw new InvalidCursorError();
  return key;
}

const isText = (part: unknown): part is string =>
  typeof part === 'string' && part.length <= 500 && part.isWellFormed() && !part.includes('\u0000');

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new InvalidCursorError();
  }
}
