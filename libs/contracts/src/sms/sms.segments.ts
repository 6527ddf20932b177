import { GSM7_BASIC, GSM7_EXTENSION } from './gsm7.alphabet.js';

export interface SmsSegments {
  /** `gsm7` when every character is in the tables of GSM 03.38; one that is not makes the whole text `ucs2`. */
  readonly encoding: 'gsm7' | 'ucs2';
  /** Septets (`gsm7`) or UTF-16 code units (`ucs2`) of the text, without headers and what is left free at the end of a segment. */
  readonly units: number;
  /** At least 1: an empty text is charged as a message, too. */
  readonly segments: number;
}

/** Units of a segment: that of a message alone, and that of one of several, whose header takes the rest. */
export const SEGMENT_UNITS = {
  gsm7: { single: 160, concatenated: 153 },
  ucs2: { single: 70, concatenated: 67 },
} as const;

/** How a text is sent by SMS. An escaped character and a surrogate pair are never split across segments. */
export function smsSegments(text: string): SmsSegments {
  // By code point: a surrogate pair is one character.
  const characters = [...text];
  const encoding = characters.every((each) => GSM7_BASIC.has(each) || GSM7_EXTENSION.has(each)) ? 'gsm7' : 'ucs2';
  const sizes = characters.map((each) => (encoding === 'ucs2' ? each.length : GSM7_EXTENSION.has(each) ? 2 : 1));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { single, concatenated } = SEGMENT_UNITS[encoding];
  return { encoding, units, segments: units <= single ? 1 : packed(sizes, concatenated) };
}

/** Segments of that many units, filled in order. */
function packed(sizes: readonly number[], capacity: number): number {
  let [segments, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > capacity) [segments, used] = [segments + 1, 0];
    used += size;
  }
  return segments;
}
