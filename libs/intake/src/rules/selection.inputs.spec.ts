import { describe, expect, it } from '@jest/globals';
import { drawOf, hourIn, selectionInputs } from './selection.inputs.js';

const outreachId = '9f0c1d7e-4a3b-5c2d-8e1f-000000000001';
const now = '2026-05-01T10:30:00.000Z';

describe('what a request brings to the choice of its channel', () => {
  it('is a draw that is the same every time, in [0, 1)', () => {
    expect(drawOf(outreachId)).toBeCloseTo(0x9f0c1d7e4a3b / 2 ** 48, 12);
    expect(drawOf('00000000-0000-5000-8000-000000000000')).toBe(0);
    expect(drawOf('ffffffff-ffff-5fff-bfff-ffffffffffff')).toBeLessThan(1);
  });

  it('is the hour of the person’s own day, at the time asked for where that is later', () => {
    const hour = (timeZone?: string, sendAt?: string) =>
      selectionInputs({ outreachId, ...(timeZone && { timeZone }), ...(sendAt && { sendAt }) }, now).localHour;
    expect(hour('Asia/Kolkata')).toBe(16);
    expect(hour('America/New_York', '2026-05-02T04:00:00.000Z')).toBe(0);
    expect(hour('America/New_York', '2026-04-01T04:00:00.000Z')).toBe(6);
    expect(hour()).toBeUndefined();
  });

  it('says no hour of a zone nobody knows', () => expect(hourIn('Mars/Olympus', 0)).toBeUndefined());
});
