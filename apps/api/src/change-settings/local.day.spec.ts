import { expect, it } from '@jest/globals';
import { localDay } from './local.day.js';

it.each([
  ['2026-05-01T22:30:00Z', 'UTC', '2026-05-01', 1_350],
  ['2026-05-01T22:30:00Z', 'Europe/Berlin', '2026-05-02', 30],
  ['2026-05-01T00:00:00Z', 'America/New_York', '2026-04-30', 1_200],
  ['2026-05-01T18:30:00Z', 'Asia/Kolkata', '2026-05-02', 0],
])('%s in %s', (at, zone, day, minutes) => {
  expect(localDay(new Date(at), zone)).toEqual({ day, passed: minutes / 1_440 });
});
