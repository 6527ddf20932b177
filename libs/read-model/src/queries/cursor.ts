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

type Shape = (text: string) => boolean;
const matching =
  (pattern: RegExp): Shape =>
  (text) =>
    pattern.test(text);

const UUID = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const DELIVERY = matching(/^[0-9a-f-]{36}\.\d{1,3}$/);
const ATTEMPT = matching(/^\d{1,6}$/);
const instantShape = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
/** One that exists and comes back as it was written: no 30th of February, no second 60, no year the database does not count. */
const INSTANT: Shape = (text) => {
  const time = instantShape(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString() === text && !text.startsWith('0000');
};

/** @throws InvalidCursorError */
export const decodeOutreachCursor = (cursor: string): { acceptedAt: string; outreachId: string } => {
  const [acceptedAt, outreachId] = decode(cursor, [INSTANT, UUID]) as [string, string];
  return { acceptedAt, outreachId };
};

/** @throws InvalidCursorError */
export const decodeLeadCursor = (cursor: string): string => decode(cursor, [UUID])[0] as string;

/** @throws InvalidCursorError */
export const decodeUnknownCursor = (cursor: string): { unknownSince: string; deliveryId: string; attempt: number } => {
  const [unknownSince, deliveryId, attempt] = decode(cursor, [INSTANT, DELIVERY, ATTEMPT]) as [string, string, string];
  return { unknownSince, deliveryId, attempt: Number(attempt) };
};

/** @throws InvalidCursorError */
export const decodeTaskCursor = (cursor: string): { requestedAt: string; deliveryId: string; attempt: number } => {
  const { unknownSince: requestedAt, ...task } = decodeUnknownCursor(cursor);
  return { requestedAt, ...task };
};

function decode(cursor: string, shapes: readonly Shape[]): string[] {
  const key = parsed(cursor);
  const fits = (part: unknown, index: number): boolean => typeof part === 'string' && !!shapes[index]?.(part);
  if (!Array.isArray(key) || key.length !== shapes.length || !key.every(fits)) throw new InvalidCursorError();
  return key as string[];
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new InvalidCursorError();
  }
}
