import type { ZoneTable } from './zone.table.js';

const table = (zone: string, transitions: readonly (readonly [string, number])[]): ZoneTable => ({
  ...{ zone, tzdata: 'spec', from: Date.parse('2026-01-01T00:00Z'), until: Date.parse('2027-01-01T00:00Z') },
  transitions: transitions.map(([at, offsetMinutes]) => ({ at: Date.parse(at), offsetMinutes })),
});

/** 2026 in zones with gaps, overlaps, half hours, the southern summer, and none of it. */
export const ZONES_OF_2026 = {
  berlin: table('Europe/Berlin', [
    ['2026-01-01T00:00Z', 60],
    ['2026-03-29T01:00Z', 120],
    ['2026-10-25T01:00Z', 60],
  ]),
  newYork: table('America/New_York', [
    ['2026-01-01T00:00Z', -300],
    ['2026-03-08T07:00Z', -240],
    ['2026-11-01T06:00Z', -300],
  ]),
  lordHowe: table('Australia/Lord_Howe', [
    ['2026-01-01T00:00Z', 660],
    ['2026-04-04T15:00Z', 630],
    ['2026-10-03T15:30Z', 660],
  ]),
  kolkata: table('Asia/Kolkata', [['2026-01-01T00:00Z', 330]]),
  saoPaulo: table('America/Sao_Paulo', [['2026-01-01T00:00Z', -180]]),
  /** No such zone: it leaves out a whole day, as Samoa did in 2011. */
  dateLine: table('Pacific/Nowhere', [
    ['2026-01-01T00:00Z', -600],
    ['2026-06-10T10:00Z', 840],
  ]),
} as const;
