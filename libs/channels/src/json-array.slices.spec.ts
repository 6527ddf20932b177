import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arraySlices } from './json-array.slices.js';

it('cuts any JSON array into the texts of its elements', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom('', ' ', ',\r\n'), (values, gap) => {
      const texts = values.map((value) => JSON.stringify(value));
      const json = `\r\n[${texts.join(gap.startsWith(',') ? gap : `${gap},${gap}`)}]\r\n`;
      expect(arraySlices(json)).toEqual(texts);
    }),
  );
});
