import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createIdDeriver, deliveryIdOf, parseDeliveryId } from './derived-ids.js';
import { lengthPrefixed } from './length-prefixed.js';

const ids = createIdDeriver('5a7c1e56-3a5f-4f0e-9a44-7b1b6f1c1d10');

describe('derived ids', () => {
  it('give the same outreach for the same request, and another for any other part', () => {
    const id = ids.outreachId('t', 's', 'r');
    expect(ids.outreachId('t', 's', 'r')).toBe(id);
    expect(
      new Set([id, ids.outreachId('u', 's', 'r'), ids.outreachId('t', 'x', 'r'), ids.outreachId('t', 's', 'y')]).size,
    ).toBe(4);
  });

  it('cannot be guessed without the installation’s namespace', () => {
    const other = createIdDeriver('0b6f9b0e-51ab-4d4c-8a5c-b3d6a4a0a001');
    expect(other.key('recipient', 't', 'ada@example.test')).not.toBe(ids.key('recipient', 't', 'ada@example.test'));
  });

  it('never join two different lists to one text', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        const same = a.length === b.length && a.every((part, i) => part === b[i]);
        expect(lengthPrefixed(a) === lengthPrefixed(b)).toBe(same);
      }),
    );
    expect(lengthPrefixed(['a', 'bc'])).not.toBe(lengthPrefixed(['ab', 'c']));
  });

  it('read back the delivery ids we made and nothing else', () => {
    const outreachId = ids.outreachId('t', 's', 'r');
    expect(parseDeliveryId(deliveryIdOf(outreachId, 2))).toEqual({ outreachId, leg: 2 });
    for (const strange of ['', 'x', `${outreachId}`, `${outreachId}.x`, `${outreachId}.2; drop`])
      expect(parseDeliveryId(strange)).toBeUndefined();
  });
});
