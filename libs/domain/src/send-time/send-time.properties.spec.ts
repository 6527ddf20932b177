// Against a model that asks every minute, on zones drawn with gaps, overlaps, half hours and a day left out.
import { describe, expect, it } from '@jest/globals';
import { CHANNELS, WEEKDAYS, type QuietHours, type SendWindow } from '@homing/contracts';
import fc from 'fast-check';
import { chooseSendTime, type ChooseSendTime, type SendTime } from './send-time.policy.js';
import { bestHours, sendTimeRules } from './send-time.rules.js';
import { ZONES_OF_2026 } from './zone.fixture.js';
import type { ZoneTable } from './zone.table.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number): string => new Date(ms).toISOString();
const start = Date.parse('2026-05-01T00:00:00Z');

const time = fc.integer({ min: 0, max: 1439 }).map((minute) => iso(minute * MINUTE).slice(11, 16));
const quietHours = fc.tuple(time, time).filter(([from, to]) => from !== to);
const window = fc.record({
  days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
  span: fc.tuple(time, fc.oneof(time, fc.constant('24:00'))).filter(([from, to]) => from < to),
});
const settings = fc.record({
  sendTime: fc.constantFrom('asap', 'best_practice'),
  quietHours: fc.option(quietHours.map(([from, to]): QuietHours => ({ from, to }))),
  windows: fc.option(
    fc.array(
      window.map(({ days, span: [from, to] }): SendWindow => ({ days, from, to })),
      { minLength: 1, maxLength: 3 },
    ),
  ),
});
const change = fc.tuple(fc.integer({ min: 1, max: 4 * 1440 }), fc.constantFrom(-1440, -120, -60, -30, 30, 60, 1440));
/** Up to three changes of the clocks within days of the request. */
const drawnZone = fc
  .tuple(fc.integer({ min: -44, max: 56 }), fc.array(change, { maxLength: 3 }))
  .map(([quarters, changes]): ZoneTable => {
    let [at, offsetMinutes] = [start - 1440 * MINUTE, quarters * 15];
    const transitions = [{ at, offsetMinutes }];
    for (const [after, by] of changes) {
      at += after * MINUTE;
      offsetMinutes += by;
      transitions.push({ at, offsetMinutes });
    }
    return { zone: 'Drawn/Zone', tzdata: 'spec', from: start, until: start + 90 * 24 * HOUR, transitions };
  });
/** A real zone, and a request about when its clocks change, if they do. */
const realZone = fc.constantFrom(...Object.values(ZONES_OF_2026)).chain((zone) =>
  fc.record({
    zone: fc.constant(zone),
    about: fc
      .tuple(fc.constantFrom(...zone.transitions.map(({ at }) => at)), fc.integer({ min: -40, max: 10 }))
      .map(([at, hours]) => at + hours * HOUR),
  }),
);
const place = fc.oneof(
  realZone,
  drawnZone.map((zone) => ({ zone, about: start })),
);
const command = fc
  .record({
    place,
    settings,
    offMinute: fc.integer({ min: 0, max: 3 * HOUR }),
    lifetime: fc.oneof(fc.integer({ min: 1, max: 36 * HOUR }), fc.integer({ min: 1, max: 9 * 24 * HOUR })),
    // As often none as one: only who names no instant is given a good hour.
    sendAt: fc.option(fc.integer({ min: -5 * HOUR, max: 40 * HOUR }), { freq: 2 }),
    urgency: fc.constantFrom('low', 'normal', 'high', 'normal', 'critical'),
    channel: fc.constantFrom(...CHANNELS),
    customerType: fc.constantFrom(undefined, 'new', 'existing'),
    preferredHours: fc.constantFrom(undefined, [], [18], [3, 22], [7, 8, 12]),
  })
  .map(({ place: { zone, about }, settings: said, offMinute, lifetime, sendAt, ...rest }) => {
    const now = about + offMinute;
    const asked: ChooseSendTime = {
      ...rest,
      ...{ now: iso(now), expiresAt: iso(now + lifetime), rules: sendTimeRules([said as never]) },
      ...{ sendAt: sendAt === null ? undefined : iso(now + sendAt) },
      clock: { table: zone, owner: 'recipient' },
    };
    return { asked, said, zone };
  });

const TIMES = Array.from({ length: 1440 }, (_, minute) => iso(minute * MINUTE).slice(11, 16));
interface Shown {
  readonly time: string;
  readonly day: number;
}
function shownBy({ transitions }: ZoneTable, at: number): Shown {
  let minutes = transitions[0]?.offsetMinutes ?? 0;
  for (const transition of transitions) if (transition.at <= at) minutes = transition.offsetMinutes;
  const local = new Date(at + minutes * MINUTE);
  return { time: TIMES[local.getUTCHours() * 60 + local.getUTCMinutes()] ?? '', day: local.getUTCDay() };
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
type Said = { quietHours: QuietHours | null; windows: readonly SendWindow[] | null; sendTime: string };
function allowed({ quietHours: quiet, windows }: Said, { time: t, day }: Shown): boolean {
  if (quiet) {
    const { from, to } = quiet;
    if (from < to ? t >= from && t < to : t >= from || t < to) return false;
  }
  const name = DAYS[day] ?? 'sun';
  return !windows || windows.some((each) => each.days?.includes(name) && t >= each.from && t < each.to);
}

/** The first instant, else the first whole minute, before the deadline that will do. */
function firstThat(from: number, until: number, fits: (at: number) => boolean): number | undefined {
  for (let at = from; at < until; at = (Math.floor(at / MINUTE) + 1) * MINUTE) if (fits(at)) return at;
  return undefined;
}

function expected({ asked, said, zone }: { asked: ChooseSendTime; said: Said; zone: ZoneTable }): number | undefined {
  const from = Math.max(Date.parse(asked.now), Date.parse(asked.sendAt ?? asked.now));
  const until = Date.parse(asked.expiresAt);
  if (asked.urgency === 'critical') return from < until ? from : undefined;
  const may = (at: number): boolean => allowed(said, shownBy(zone, at));
  const hourOf = (at: number): number => Number(shownBy(zone, at).time.slice(0, 2));
  const optimised = said.sendTime === 'best_practice' && asked.sendAt === undefined;
  const best = bestHours(asked.channel, asked.customerType);
  return (
    (optimised && asked.preferredHours?.length
      ? firstThat(from, until, (at) => may(at) && asked.preferredHours?.includes(hourOf(at)) === true)
      : undefined) ??
    (optimised && best.length > 0
      ? firstThat(from, until, (at) => may(at) && best.some((b) => b.from <= hourOf(at) * 60 && hourOf(at) * 60 < b.to))
      : undefined) ??
    firstThat(from, until, may)
  );
}

describe('the chosen send time', () => {
  it('is the earliest minute that every rule allows, as a model finds it minute by minute', () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(command, (drawn) => {
        const { asked } = drawn;
        const chosen: SendTime = chooseSendTime(asked);
        const kind = chosen.kind === 'at' ? chosen.code : chosen.reason;
        met.set(kind, (met.get(kind) ?? 0) + 1);
        const at = expected(drawn as never);
        expect(chosen.kind === 'at' ? chosen.at : undefined).toBe(at === undefined ? undefined : iso(at));
      }),
      { numRuns: 10_000 },
    );
    const codes = ['now', 'as_requested', 'after_quiet_hours', 'in_window', 'preferred_hour', 'best_practice'];
    for (const code of [...codes, 'send_time_after_deadline', 'no_time_before_deadline'])
      expect([code, (met.get(code) ?? 0) >= 50]).toEqual([code, true]);
  });

  it('stays allowed until the moment it says, and no longer', () =>
    fc.assert(
      fc.property(command, ({ asked, said, zone }) => {
        const chosen = chooseSendTime(asked);
        if (chosen.kind === 'refused' || !asked.rules || asked.urgency === 'critical') return;
        const at = Date.parse(chosen.at);
        const closed = firstThat(at, at + HOUR, (minute) => !allowed(said as Said, shownBy(zone, minute)));
        expect(chosen.openUntil).toBe(closed === undefined ? undefined : iso(closed));
      }),
      { numRuns: 3_000 },
    ));
});
