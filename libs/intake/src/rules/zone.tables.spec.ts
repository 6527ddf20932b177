import { describe, expect, it } from '@jest/globals';
import { readingAt, chooseSendTime, sendTimeRules, type ZoneTable } from '@homing/domain';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { TZDATA, zoneTable } from './zone.tables.js';

const in2026 = { from: Date.parse('2026-03-01T00:00Z'), until: Date.parse('2026-03-08T00:00Z') };
const tableOf = (zone: string, span = in2026): ZoneTable => {
  const table = zoneTable(zone, span);
  if (!table) throw new Error(`${zone} is not known here`);
  return table;
};
const changesOf = (zone: string): (string | number)[][] =>
  tableOf(zone).transitions.map(({ at, offsetMinutes }) => [
    new Date(at).toISOString().replace(':00.000Z', 'Z'),
    offsetMinutes,
  ]);

describe('a zone as data', () => {
  it.each<[string, [string, number][]]>([
    [
      'Europe/Berlin',
      [
        ['2026-01-01T00:00Z', 60],
        ['2026-03-29T01:00Z', 120],
        ['2026-10-25T01:00Z', 60],
      ],
    ],
    [
      'America/New_York',
      [
        ['2026-01-01T00:00Z', -300],
        ['2026-03-08T07:00Z', -240],
        ['2026-11-01T06:00Z', -300],
      ],
    ],
    ['Asia/Kolkata', [['2026-01-01T00:00Z', 330]]],
    [
      'Australia/Lord_Howe',
      [
        ['2026-01-01T00:00Z', 660],
        ['2026-04-04T15:00Z', 630],
        ['2026-10-03T15:30Z', 660],
      ],
    ],
    ['America/Sao_Paulo', [['2026-01-01T00:00Z', -180]]],
    ['UTC', [['2026-01-01T00:00Z', 0]]],
  ])('has the changes of %s', (zone, changes) => expect(changesOf(zone)).toEqual(changes));

  it('names the zone data it comes from, and covers whole years', () => {
    expect(TZDATA).toMatch(/^\d{4}[a-z]$/);
    expect(tableOf('Europe/Berlin')).toMatchObject({
      ...{ zone: 'Europe/Berlin', tzdata: TZDATA },
      ...{ from: Date.parse('2026-01-01T00:00Z'), until: Date.parse('2027-01-01T00:00Z') },
    });
    const over = tableOf('Europe/Berlin', {
      from: Date.parse('2026-12-30T00:00Z'),
      until: Date.parse('2027-01-06T00:00Z'),
    });
    expect(over.transitions).toHaveLength(5);
  });

  it('is compiled once', () => expect(tableOf('Asia/Tokyo')).toBe(tableOf('Asia/Tokyo', { ...in2026 })));

  it('is nothing for a zone nobody knows', () => expect(zoneTable('Mars/Olympus', in2026)).toBeUndefined());

  it('shows what the clocks show, at any minute of the year, in any zone', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'Etc/GMT+3'),
        fc.integer({ min: 0, max: 365 * 1440 - 1 }),
        (zone, minute) => {
          const at = Date.parse('2026-01-01T00:00Z') + minute * 60_000;
          const shown = DateTime.fromMillis(at, { zone });
          const { date, minute: read } = readingAt(tableOf(zone), at);
          expect([zone, date, read]).toEqual([zone, shown.toISODate(), shown.hour * 60 + shown.minute]);
        },
      ),
      { numRuns: 1_500 },
    ));
});

describe('the send time in real zones', () => {
  const quietHours = { from: '20:30', to: '08:15' };
  const weekdays = ['tue', 'wed', 'sat', 'sun'] as const;
  const rules = sendTimeRules([{ quietHours, windows: [{ days: weekdays, from: '06:00', to: '22:00' }] }]);
  const allowed = (at: number, zone: string): boolean => {
    const local = DateTime.fromMillis(at, { zone });
    const time = local.toFormat('HH:mm');
    return time >= '08:15' && time < '20:30' && [2, 3, 6, 7].includes(local.weekday);
  };

  it('is the first allowed minute, as another library reads the clocks', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(
          'Europe/Berlin',
          'America/New_York',
          'Asia/Kolkata',
          'Australia/Lord_Howe',
          'America/Sao_Paulo',
        ),
        fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'),
        fc.integer({ min: -36 * 60, max: 24 * 60 }),
        (zone, day, minutes) => {
          const now = Date.parse(day) + minutes * 60_000;
          const expiresAt = now + 7 * 86_400_000;
          let first = now;
          while (!allowed(first, zone)) first += 60_000;
          const asked = { now: new Date(now).toISOString(), expiresAt: new Date(expiresAt).toISOString() };
          const clock = { table: tableOf(zone, { from: now, until: expiresAt }), owner: 'recipient' } as const;
          const chosen = chooseSendTime({ ...asked, urgency: 'normal', rules, clock });
          expect(chosen).toMatchObject({ kind: 'at', at: new Date(first).toISOString() });
        },
      ),
      { numRuns: 150 },
    ));
});
