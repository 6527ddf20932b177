// Against a model that looks at every minute, and against sums made from the log alone.
import { describe, it } from '@jest/globals';
import type { BalanceChange, BalanceEvent } from '@homing/contracts';
import fc from 'fast-check';
import { isOpen, type SendTimeRules } from '../send-time/send-time.rules.js';
import { ZONES_OF_2026 } from '../send-time/zone.fixture.js';
import { readingAt, type ZoneTable } from '../send-time/zone.table.js';
import { decideBalance, type BalanceCommand } from './balance.decider.js';
import { emptyBalance, evolveBalance, type BalanceState } from './balance.state.js';
import { hourOf, quotaHours, zoneDayAt } from './quota-hours.policy.js';

const numRuns = process.env['HOMING_TEST_SIZE'] === 'full' ? 100_000 : 10_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number): string => new Date(ms).toISOString();
const event = (change: BalanceChange): BalanceEvent => ({
  type: 'QuotaChanged',
  data: { tenantId: 't', at: iso(0), changes: [change] },
});

/** A real zone and a moment about when its clocks change, if they do. */
const place = fc.constantFrom(...Object.values(ZONES_OF_2026)).chain((zone) =>
  fc.record({
    zone: fc.constant<ZoneTable>(zone),
    at: fc
      .tuple(
        fc.constantFrom(...zone.transitions.map(({ at }) => Math.max(at, zone.from + 3 * 24 * HOUR))),
        fc.integer({ min: -60 * 40, max: 60 * 40 }),
      )
      .map(([at, minutes]) => at + minutes * MINUTE),
  }),
);
const span = fc
  .tuple(fc.nat({ max: 1439 }), fc.nat({ max: 1439 }))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => ({ from, to }));
const rules: fc.Arbitrary<SendTimeRules | undefined> = fc.option(
  span.map((quiet): SendTimeRules => ({ choice: 'best_practice', quiet })),
  { nil: undefined },
);

describe('the days and hours of a quota', () => {
  it('part all time: each moment is of one day, its days follow each other, its hours last an hour at most', () => {
    fc.assert(
      fc.property(place, ({ zone, at }) => {
        const day = zoneDayAt(zone, at);
        const next = zoneDayAt(zone, day.until);
        const hour = Date.parse(hourOf(day, at));
        const own = day.from <= at && at < day.until && readingAt(zone, day.from).date === day.date;
        const inHour = hour <= at && at < hour + HOUR && hour >= day.from;
        return own && inHour && next.from === day.until && zoneDayAt(zone, day.until - 1).from === day.from;
      }),
      { numRuns },
    );
  });
});

describe('a place in a quota', () => {
  it('is in the first minute that a model finds which asks every minute: allowed, in time, and with room', () => {
    const drawn = fc.record({
      place,
      rules,
      clockZone: fc.constantFrom<ZoneTable>(...Object.values(ZONES_OF_2026)),
      lasts: fc.oneof(fc.integer({ min: 1, max: 4 * 60 }), fc.integer({ min: 1, max: 26 * 60 })),
      perHour: fc.option(fc.integer({ min: 1, max: 2 })),
      perDay: fc.option(fc.integer({ min: 1, max: 12 })),
      // How many stand in each hour of the day already.
      standing: fc.array(fc.nat({ max: 2 }), { minLength: 26, maxLength: 26 }),
    });
    fc.assert(
      fc.property(drawn, ({ place: { zone, at }, rules: ruled, clockZone, lasts, perHour, perDay, standing }) => {
        const day = zoneDayAt(zone, at);
        const hours = Object.fromEntries(standing.map((count, i) => [iso(day.from + i * HOUR), count]));
        const spent = standing.reduce((sum, count) => sum + count, 0);
        const until = at + lasts * MINUTE;
        const found = quotaHours({
          ...{ day, from: at, until, urgency: 'normal', rules: ruled },
          clock: { table: clockZone, owner: 'recipient' },
        });
        const state: BalanceState = { ...emptyBalance, spent, hours };
        const { result } = decideBalance(state, {
          ...{ kind: 'place', key: 'k', limits: { perHour, perDay, version: 1 } },
          ...{ hours: found.map(({ hour }) => hour), attempt: 1, moves: false },
        });
        let expected: number | undefined;
        for (let minute = at; minute < Math.min(until, day.until) && expected === undefined; minute += MINUTE) {
          const inHour = standing[Math.floor((minute - day.from) / HOUR)] ?? 0;
          const room = (perDay === null || spent < perDay) && (perHour === null || inHour < perHour);
          if (room && (!ruled || isOpen(ruled, readingAt(clockZone, minute)))) expected = minute;
        }
        const chosen = result.kind === 'booked' ? found.find(({ hour }) => hour === result.hour) : undefined;
        return chosen?.when.at === (expected === undefined ? undefined : iso(expected));
      }),
      { numRuns },
    );
  });

  it('never makes an hour or a day hold more than it may at any prefix of the log, whoever books, moves, settles and releases in any order', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const hours = fc.subarray(['h0', 'h1', 'h2', 'h3'], { minLength: 1 });
    const limits = fc.record({
      perHour: fc.option(fc.integer({ min: 0, max: 3 })),
      perDay: fc.option(fc.integer({ min: 0, max: 6 })),
      version: fc.integer({ min: 1, max: 4 }),
    });
    const command: fc.Arbitrary<BalanceCommand> = fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .record({ key, hours, limits, attempt: fc.integer({ min: 1, max: 3 }), moves: fc.boolean() })
          .map((of): BalanceCommand => ({ kind: 'place', ...of })),
      },
      {
        weight: 1,
        arbitrary: fc
          .record({ key, serial: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }) })
          .map(({ serial, ...of }): BalanceCommand => ({ kind: 'release', ...of, ...(serial ? { serial } : {}) })),
      },
      { weight: 1, arbitrary: key.map((of): BalanceCommand => ({ kind: 'settle', key: of, charged: 1 })) },
    );
    fc.assert(
      fc.property(fc.array(command, { minLength: 5, maxLength: 20 }), (commands) => {
        let state = emptyBalance;
        const log: BalanceChange[] = [];
        for (const each of commands) {
          // A command given twice in a row changes nothing the second time, whatever it is.
          for (const once of [true, false]) {
            const { changes, result } = decideBalance(state, each);
            if (!once && changes.length > 0) return false;
            for (const change of changes) {
              state = evolveBalance(state, event(change));
              log.push(change);
              const placed = change.kind === 'reserved' || change.kind === 'moved';
              if (placed && !isWithin(log, change.hour ?? '')) return false;
            }
            if (each.kind === 'place' && result.kind === 'booked' && !each.hours.includes(result.hour ?? ''))
              return false;
          }
        }
        return true;
      }),
      { numRuns },
    );
  });
});

/** Counted from the log alone. */
function isWithin(log: readonly BalanceChange[], hour: string): boolean {
  const open = new Map<string, string>();
  const settled: string[] = [];
  let limits: { perHour: number | null; perDay: number | null } = { perHour: null, perDay: null };
  for (const change of log) {
    if (change.kind === 'limited') limits = { perHour: change.perHour ?? null, perDay: change.limit };
    else if (change.kind === 'reserved' || change.kind === 'moved') open.set(change.key, change.hour ?? '');
    else {
      if (change.kind === 'settled') settled.push(open.get(change.key) ?? '');
      open.delete(change.key);
    }
  }
  const all = [...settled, ...open.values()];
  const inHour = all.filter((each) => each === hour).length;
  return all.length <= (limits.perDay ?? Infinity) && inHour <= (limits.perHour ?? Infinity);
}
