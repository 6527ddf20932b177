import { describe, expect, it } from '@jest/globals';
import { decodeOutreachCursor, decodeUnknownCursor, encodeCursor, InvalidCursorError } from './cursor.js';

const id = '0b2f3a54-7c1d-5e6f-8a9b-0c1d2e3f4a5b';
const instant = '2026-01-05T09:00:00.000Z';

describe('cursors', () => {
  it('come back as they were', () => {
    expect(decodeOutreachCursor(encodeCursor([instant, id]))).toEqual({ acceptedAt: instant, outreachId: id });
    expect(decodeUnknownCursor(encodeCursor([instant, `${id}.1`, '2']))).toEqual({
      unknownSince: instant,
      deliveryId: `${id}.1`,
      attempt: 2,
    });
  });

  it.each([
    'nonsense',
    '',
    encodeCursor([]),
    encodeCursor([instant]),
    encodeCursor([instant, 'x']),
    encodeCursor([instant, id, id]),
    ...[
      '2026-02-30T09:00:00.000Z',
      '2026-13-01T09:00:00.000Z',
      '2026-01-05T24:00:00.000Z',
      '2026-01-05T09:60:00.000Z',
      '0000-01-05T09:00:00.000Z',
    ].flatMap((impossible) => [encodeCursor([impossible, id]), encodeCursor([impossible, `${id}.1`, '2'])]),
    Buffer.from('{"0":"a"}').toString('base64url'),
  ])('that are none are refused: %s', (cursor) => {
    expect(() => decodeOutreachCursor(cursor)).toThrow(InvalidCursorError);
    expect(() => decodeUnknownCursor(cursor)).toThrow(InvalidCursorError);
  });
});
