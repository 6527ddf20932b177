import { describe, expect, it } from '@jest/globals';
import { readSeenVersion } from './settings.reader.js';

describe('the version a change was made on', () => {
  it.each([[undefined], [null]])('is none where it is %s, as serialisers write what is absent', (said) => {
    expect(readSeenVersion(said)).toEqual({});
  });

  it('is a whole number where it is named', () => {
    expect(readSeenVersion(0)).toEqual({ seenVersion: 0 });
    const refused = expect.objectContaining({ code: 'invalid_fields' });
    for (const none of [-1, 0.5, '1', {}]) expect(() => readSeenVersion(none)).toThrow(refused);
  });
});
