import { describe, expect, it } from '@jest/globals';
import { LAST_REVISION } from './stored-event.model.js';
import { isSoftDeleted, parseStreamMetadata, withTruncateBefore } from './stream-metadata.model.js';

const bytes = (text: string) => Buffer.from(text);
const text = (value: Uint8Array) => Buffer.from(value).toString();

describe('stream metadata', () => {
  it('reads $tb by its digits: the next smaller number is not a deletion', () => {
    expect(isSoftDeleted(parseStreamMetadata(bytes('{"$tb":9223372036854775807}')))).toBe(true);
    expect(isSoftDeleted(parseStreamMetadata(bytes('{ "$tb" : 9223372036854775806 }')))).toBe(false);
    expect(parseStreamMetadata(bytes('{"$tb":9223372036854775806}')).truncateBefore).toBe(LAST_REVISION - 1n);
  });

  it('reads top-level fields only, and asks nothing when it makes no sense', () => {
    expect(parseStreamMetadata(bytes('{"mine":{"$tb":5},"text":"\\"$tb\\":6"}'))).toEqual({});
    for (const odd of ['', 'null', '[]', '{"$tb":"5"}', '{"$tb":-1}', '{"$tb":1.5}', '{"$maxCount":0}', '{']) {
      expect(parseStreamMetadata(bytes(odd))).toEqual({});
    }
  });

  it('reads $maxCount and $maxAge', () => {
    expect(parseStreamMetadata(bytes('{"$maxCount":3,"$maxAge":60}'))).toEqual({ maxCount: 3n, maxAgeSeconds: 60 });
  });

  it('replaces $tb and leaves every other field as it was written', () => {
    const before = bytes('{"$tb":9223372036854775807,"big":12345678901234567890,"deep":{"x":[1.50,null]}}');
    expect(text(withTruncateBefore(before, 3n))).toBe('{"$tb":3,"big":12345678901234567890,"deep":{"x":[1.50,null]}}');
    expect(text(withTruncateBefore(bytes(''), LAST_REVISION))).toBe('{"$tb":9223372036854775807}');
  });
});
