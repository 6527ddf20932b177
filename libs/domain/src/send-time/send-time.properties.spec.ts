// Against a model that asks every minute, on zones drawn with gaps, overlaps, half hours and a day left out.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allowed, askedSendTime, firstThat, HOUR, iso, shownBy, type Said } from './send-time.fixture.js';
import { chooseSendTime, type ChooseSendTime, type SendTime } from './send-time.policy.js';
import { bestHours } from './send-time.rules.js';
import type { ZoneTable } from './zone.table.js';

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
      fc.property(askedSendTime, (drawn) => {
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
      fc.property(askedSendTime, ({ asked, said, zone }) => {
        const chosen = chooseSendTime(asked);
        if (chosen.kind === 'refused' || !asked.rules || asked.urgency === 'critical') return;
        const at = Date.parse(chosen.at);
        const closed = firstThat(at, at + HOUR, (minute) => !allowed(said as Said, shownBy(zone, minute)));
        expect(chosen.openUntil).toBe(closed === undefined ? undefined : iso(closed));
      }),
      { numRuns: 3_000 },
    ));
});
