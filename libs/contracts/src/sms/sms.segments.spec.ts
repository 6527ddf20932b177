// The vectors come from the tests of TwilioDevEd/message-segment-calculator (MIT, `from_suite: true`), the rest from running
// sms-segments-calculator 1.3.0; the file says so itself. It counts the characters of a UCS-2 text as a person does, not in units.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GSM7_BASIC, GSM7_EXTENSION } from './gsm7.alphabet.js';
import { SEGMENT_UNITS, smsSegments } from './sms.segments.js';

interface VectorCase {
  readonly name: string;
  readonly body: string;
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly segments: number;
  readonly characters: number;
}
const file = new URL('./sms-segments.vectors.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: VectorCase[] };

describe('the segments of an SMS', () => {
  it.each(cases.map((each) => [each.name, each] as const))('agree with the vector %s', (_name, vector) => {
    const { encoding, units, segments } = smsSegments(vector.body);
    expect({ encoding, segments }).toEqual({
      encoding: vector.encoding === 'GSM-7' ? 'gsm7' : 'ucs2',
      segments: vector.segments,
    });
    expect(units).toBe(vector.encoding === 'GSM-7' ? vector.characters : vector.body.length);
  });

  it.each<[string, string, object]>([
    ['nothing', '', { encoding: 'gsm7', units: 0, segments: 1 }],
    ['as much as fits one', 'a'.repeat(160), { encoding: 'gsm7', units: 160, segments: 1 }],
    ['one septet more', 'a'.repeat(161), { encoding: 'gsm7', units: 161, segments: 2 }],
    ['as much as fits two', 'a'.repeat(306), { encoding: 'gsm7', units: 306, segments: 2 }],
    ['an escape at the end of a segment', `${'a'.repeat(152)}€${'a'.repeat(152)}`, { units: 306, segments: 3 }],
    ['as much as fits one in UCS-2', 'ж'.repeat(70), { encoding: 'ucs2', units: 70, segments: 1 }],
    ['as much as fits two in UCS-2', 'ж'.repeat(134), { encoding: 'ucs2', units: 134, segments: 2 }],
    ['a pair at the end of a segment', `${'ж'.repeat(66)}😀${'ж'.repeat(66)}`, { units: 134, segments: 3 }],
    ['half a pair', `a\ud83d`, { encoding: 'ucs2', units: 2, segments: 1 }],
    ['the escape itself', 'a\u001b', { encoding: 'ucs2', units: 2, segments: 1 }],
    ['a curly apostrophe', 'it’s', { encoding: 'ucs2', units: 4, segments: 1 }],
  ])('of %s', (_what, text, expected) => expect(smsSegments(text)).toMatchObject(expected));

  it('know 127 characters of the alphabet beside the escape, and 10 of its extension', () => {
    expect([GSM7_BASIC.size, GSM7_EXTENSION.size]).toEqual([127, 10]);
    expect([...GSM7_EXTENSION].filter((each) => GSM7_BASIC.has(each))).toEqual([]);
  });
});

/** Texts that come to and over the ends of segments, of every kind of character. */
const basic = fc.constantFrom(...GSM7_BASIC);
const extended = fc.constantFrom(...GSM7_EXTENSION);
const beyond = fc.constantFrom('ж', '’', '\t', '\u001b', '😀', '🇮🇹', '\ud83d', '\ude00');
const written = (unit: fc.Arbitrary<string>) => fc.string({ unit, maxLength: 400 });
const kinds = fc.oneof(
  ...[basic, extended, fc.oneof(basic, extended), beyond, fc.constant('😀'), fc.oneof(basic, extended, beyond)].map(
    written,
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
/** Runs of one character, whose lengths are about the limits. */
const runs = fc
  .tuple(
    fc.oneof(basic, extended, beyond),
    fc.constantFrom(66, 67, 70, 76, 80, 134, 152, 153, 160, 306),
    fc.integer({ min: -2, max: 2 }),
  )
  .map(([each, length, more]) => each.repeat(length + more));
const text = fc.oneof(
  kinds,
  runs,
  fc.tuple(runs, runs).map((both) => both.join('')),
);
const often = { numRuns: 5_000 };

/** Where a text of these units may be cut: before each unit that is not the second half of something. */
function cutsOf(text: string, encoding: 'gsm7' | 'ucs2'): boolean[] {
  const cuts: boolean[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const isSecond = /[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(Math.max(0, i - 1), i + 1));
    cuts.push(encoding === 'gsm7' || !isSecond);
    if (encoding === 'gsm7' && GSM7_EXTENSION.has(text.charAt(i))) cuts.push(false);
  }
  return cuts;
}

/** The fewest segments that hold every unit, by trying every cut. */
function fewest(cuts: readonly boolean[], capacity: number): number {
  const best = new Float64Array(cuts.length + 1).fill(Infinity);
  best[0] = 0;
  for (let end = 1; end <= cuts.length; end += 1)
    if (end === cuts.length || cuts[end]) best[end] = 1 + Math.min(...best.subarray(Math.max(0, end - capacity), end));
  return best[cuts.length] ?? 0;
}

describe('the segments of any SMS', () => {
  it('are the fewest that hold it without a split character', () =>
    fc.assert(
      fc.property(text, (body) => {
        const { encoding, units, segments } = smsSegments(body);
        const { single, concatenated } = SEGMENT_UNITS[encoding];
        const cuts = cutsOf(body, encoding);
        expect(units).toBe(cuts.length);
        expect(segments).toBe(units <= single ? 1 : fewest(cuts, concatenated));
      }),
      { numRuns: 3_000 },
    ));

  it('never get fewer by more text, before or after', () =>
    fc.assert(
      fc.property(text, text, (a, b) => {
        const least = Math.max(smsSegments(a).segments, smsSegments(b).segments);
        expect(smsSegments(a + b).segments).toBeGreaterThanOrEqual(least);
      }),
      often,
    ));

  it('are of septets exactly when every character is in the tables', () =>
    fc.assert(
      fc.property(text, (body) => {
        const known = [...body].every((each) => GSM7_BASIC.has(each) || GSM7_EXTENSION.has(each));
        expect(smsSegments(body).encoding).toBe(known ? 'gsm7' : 'ucs2');
      }),
      often,
    ));
});
