import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ZONES_OF_2026 as zones } from './zone.fixture.js';
import { instantAt, nextMark, readingAt, UTC_TABLE } from './zone.table.js';

const iso = (at: number): string => new Date(at).toISOString();
const shown = (zone: keyof typeof zones, at: string) => readingAt(zones[zone], Date.parse(at));
const instant = (zone: keyof typeof zones, date: string, hour: number, minute = 0): string =>
  iso(instantAt(zones[zone], { date, minute: hour * 60 + minute }));

describe('what clocks show', () => {
  it('follows the offset that holds at the instant', () => {
    expect(shown('berlin', '2026-03-29T00:59:59Z')).toEqual({ date: '2026-03-29', weekday: 'sun', minute: 119 });
    expect(shown('berlin', '2026-03-29T01:00:00Z')).toEqual({ date: '2026-03-29', weekday: 'sun', minute: 180 });
    expect(shown('newYork', '2026-01-01T04:59:00Z')).toEqual({ date: '2025-12-31', weekday: 'wed', minute: 1439 });
    expect(shown('kolkata', '2026-07-06T18:30:00Z')).toEqual({ date: '2026-07-07', weekday: 'tue', minute: 0 });
    expect(shown('lordHowe', '2026-04-04T15:00:00Z')).toEqual({ date: '2026-04-05', weekday: 'sun', minute: 90 });
    expect(shown('dateLine', '2026-06-10T10:00:00Z')).toEqual({ date: '2026-06-11', weekday: 'thu', minute: 0 });
  });
  it('knows the weekdays before 1970', () =>
    expect(readingAt(UTC_TABLE, Date.parse('1969-12-28T12:00Z')).weekday).toBe('sun'));
});

describe('the instant of a local time', () => {
  it('is the one at which the clocks show it', () => {
    expect(instant('berlin', '2026-07-01', 8)).toBe('2026-07-01T06:00:00.000Z');
    expect(instant('saoPaulo', '2026-12-31', 23, 59)).toBe('2027-01-01T02:59:00.000Z');
  });
  it('is the end of the gap for a time that is left out', () => {
    expect(instant('berlin', '2026-03-29', 2, 30)).toBe('2026-03-29T01:00:00.000Z');
    expect(instant('lordHowe', '2026-10-04', 2, 15)).toBe('2026-10-03T15:30:00.000Z');
    expect(instant('dateLine', '2026-06-10', 12)).toBe('2026-06-10T10:00:00.000Z');
  });
  it('is the first of two for a time that is shown twice', () => {
    expect(instant('berlin', '2026-10-25', 2, 30)).toBe('2026-10-25T00:30:00.000Z');
    expect(instant('newYork', '2026-11-01', 1, 59)).toBe('2026-11-01T05:59:00.000Z');
    expect(instant('lordHowe', '2026-04-05', 1, 45)).toBe('2026-04-04T14:45:00.000Z');
  });
  it('reads back as asked for, or is the first that shows a later time', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(zones)),
        fc.integer({ min: 0, max: 364 }),
        fc.integer({ min: 0, max: 1439 }),
        (zone, day, minute) => {
          const date = iso(Date.parse('2026-01-01T00:00Z') + day * 86_400_000).slice(0, 10);
          const at = instantAt(zone, { date, minute });
          const after = readingAt(zone, at);
          const before = readingAt(zone, at - 1);
          const order = (reading: { date: string; minute: number }): string =>
            `${reading.date} ${String(reading.minute).padStart(4, '0')}`;
          expect(order(after) >= order({ date, minute })).toBe(true);
          expect(order(before) < order({ date, minute })).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    ));
});

describe('the next mark', () => {
  const next = (zone: keyof typeof zones, at: string, marks: readonly number[]): string =>
    iso(nextMark(zones[zone], Date.parse(at), marks));
  it('is the next minute named, midnight, or a change of the clocks', () => {
    expect(next('berlin', '2026-01-10T05:00:00.001Z', [480, 1440])).toBe('2026-01-10T07:00:00.000Z');
    expect(next('berlin', '2026-01-10T07:00:00Z', [480, 1440])).toBe('2026-01-10T23:00:00.000Z');
    expect(next('berlin', '2026-03-29T00:30:00Z', [150, 1440])).toBe('2026-03-29T01:00:00.000Z');
    expect(next('berlin', '2026-10-25T00:45:00Z', [150, 1440])).toBe('2026-10-25T01:00:00.000Z');
    expect(next('berlin', '2026-10-25T01:00:00Z', [150, 1440])).toBe('2026-10-25T01:30:00.000Z');
  });
});
