// Requests, zones and rules drawn for the properties of send times, and what a calendar says of them.
import { CHANNELS, WEEKDAYS, type QuietHours, type SendWindow } from '@homing/contracts';
import fc from 'fast-check';
import type { ChooseSendTime } from './send-time.policy.js';
import { sendTimeRules } from './send-time.rules.js';
import { ZONES_OF_2026 } from './zone.fixture.js';
import type { ZoneTable } from './zone.table.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const iso = (ms: number): string => new Date(ms).toISOString();
const start = Date.parse('2026-05-01T00:00:00Z');

const time = fc.integer({ min: 0, max: 1439 }).map((minute) => iso(minute * MINUTE).slice(11, 16));
const quietHours = fc.tuple(time, time).filter(([from, to]) => from !== to);
const window = fc.record({
  days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
  span: fc.tuple(time, fc.oneof(time, fc.constant('24:00'))).filter(([from, to]) => from < to),
});
export const drawnSettings = fc.record({
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
export const drawnPlace = fc.oneof(
  realZone,
  drawnZone.map((zone) => ({ zone, about: start })),
);
export const askedSendTime = fc
  .record({
    place: drawnPlace,
    settings: drawnSettings,
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
export interface Shown {
  readonly time: string;
  readonly day: number;
}
export function shownBy({ transitions }: ZoneTable, at: number): Shown {
  let minutes = transitions[0]?.offsetMinutes ?? 0;
  for (const transition of transitions) if (transition.at <= at) minutes = transition.offsetMinutes;
  const local = new Date(at + minutes * MINUTE);
  return { time: TIMES[local.getUTCHours() * 60 + local.getUTCMinutes()] ?? '', day: local.getUTCDay() };
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Said = { quietHours: QuietHours | null; windows: readonly SendWindow[] | null; sendTime: string };
export function allowed({ quietHours: quiet, windows }: Said, { time: t, day }: Shown): boolean {
  if (quiet) {
    const { from, to } = quiet;
    if (from < to ? t >= from && t < to : t >= from || t < to) return false;
  }
  const name = DAYS[day] ?? 'sun';
  return !windows || windows.some((each) => each.days?.includes(name) && t >= each.from && t < each.to);
}

/** The first instant, else the first whole minute, before the deadline that will do. */
export function firstThat(from: number, until: number, fits: (at: number) => boolean): number | undefined {
  for (let at = from; at < until; at = (Math.floor(at / MINUTE) + 1) * MINUTE) if (fits(at)) return at;
  return undefined;
}
