// Wherever a message is spread to and whatever was learned: never outside the rules. Learned hours against a model that filters counts.
import { describe, expect, it } from '@jest/globals';
import { CHANNELS } from '@homing/contracts';
import fc from 'fast-check';
import { GOOD_HOUR_LIFT, HOUR_STRENGTH, hourHistory, learnedHours, type HourCount } from './learned-hours.estimate.js';
import { allowed, askedSendTime, firstThat, HOUR, iso, MINUTE, shownBy, type Said } from './send-time.fixture.js';
import { chooseSendTime, searchSpan, type ChooseSendTime } from './send-time.policy.js';
import { bestHours, type SendTimeRules } from './send-time.rules.js';
import { LEARNED_WAIT_HOURS } from './send-time.wishes.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const count: fc.Arbitrary<HourCount> = fc
  .record({
    channel: fc.constantFrom('email' as const, 'sms' as const, 'whatsapp' as const),
    customerType: fc.constantFrom(null, 'new', 'existing'),
    hourOfWeek: fc.oneof(fc.nat(167), fc.constantFrom(9, 33, 42, 57)),
    sent: fc.nat(300),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ share, ...rest }) => ({ ...rest, engaged: Math.floor(rest.sent * share) }));
const counts = fc.array(count, { maxLength: 8 });
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const seldom = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: of });

/** A request with everything that can be asked of its time. */
const wholeRequest = fc
  .record({
    drawn: askedSendTime,
    choice: fc.constantFrom('asap' as const, 'best_practice' as const, 'learned' as const, 'learned' as const),
    counts,
    spread: share,
    exploration: fc.constantFrom(0, 0.2),
    campaignHours: fc.constantFrom([], [], [], [19], [2, 11]),
    spacingHours: fc.option(fc.integer({ min: 1, max: 168 }), { nil: undefined }),
    startsIn: seldom(fc.integer({ min: -40 * HOUR, max: 30 * HOUR })),
    lasts: seldom(fc.integer({ min: 1, max: 60 * HOUR })),
  })
  .map(({ drawn: { asked, said, zone }, startsIn, lasts, choice, campaignHours, spacingHours, ...rest }) => {
    const now = Date.parse(asked.now);
    const startsAt = startsIn === undefined ? undefined : iso(now + startsIn);
    const endsAt = lasts === undefined ? undefined : iso(now + (startsIn ?? 0) + lasts);
    const rules: SendTimeRules = {
      ...{ ...asked.rules, choice, preferredHours: campaignHours, spacingHours },
      ...(startsAt ? { startsAt } : {}),
      ...(endsAt ? { endsAt } : {}),
    };
    const { spread, exploration } = rest;
    const whole: ChooseSendTime = { ...asked, rules, hours: hourHistory(rest.counts), spread, exploration };
    return { asked: whole, said: said as Said, zone, rules, counts: rest.counts };
  });

describe('a message that is spread, learned or held by a campaign', () => {
  it('starts within its rules, its campaign and its deadline, wherever it is put', () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(wholeRequest, ({ asked, said, zone, rules }) => {
        const chosen = chooseSendTime(asked);
        const key = chosen.kind === 'at' ? chosen.code : chosen.reason;
        met.set(key, (met.get(key) ?? 0) + 1);
        if (chosen.kind === 'refused') return;
        const at = Date.parse(chosen.at);
        const earliest = [asked.now, asked.sendAt, rules.startsAt].map((each) => Date.parse(each ?? asked.now));
        expect(at).toBeGreaterThanOrEqual(Math.max(...earliest));
        expect(at).toBeLessThan(Math.min(Date.parse(asked.expiresAt), Date.parse(rules.endsAt ?? asked.expiresAt)));
        if (asked.urgency === 'critical') return;
        expect(allowed(said, shownBy(zone, at))).toBe(true);
        const hour = Number(shownBy(zone, at).time.slice(0, 2));
        if (chosen.code === 'preferred_hour') expect(asked.preferredHours).toContain(hour);
        if (chosen.code === 'campaign_hour') expect(rules.preferredHours).toContain(hour);
        const { openUntil } = chosen;
        if (openUntil !== undefined) expect(Date.parse(openUntil)).toBeGreaterThan(at);
      }),
      { numRuns: full ? 100_000 : 10_000 },
    );
    const codes = [
      'now',
      'as_requested',
      'campaign_start',
      'after_quiet_hours',
      'in_window',
      'spaced',
      'preferred_hour',
    ];
    const more = ['campaign_hour', 'learned_hour', 'explored_hour', 'best_practice', 'campaign_ended'];
    const refused = ['no_time_before_campaign_end', 'no_time_before_deadline', 'campaign_starts_after_deadline'];
    for (const code of [...codes, ...more, ...refused, 'send_time_after_deadline'])
      expect([code, (met.get(code) ?? 0) >= 10]).toEqual([code, true]);
  });

  it('is refused exactly where the first moment of all would be', () => {
    fc.assert(
      fc.property(wholeRequest, ({ asked, rules }) => {
        const plain = { ...rules, choice: 'asap' as const, preferredHours: undefined, spacingHours: undefined };
        const first = chooseSendTime({ ...asked, rules: plain });
        const chosen = chooseSendTime(asked);
        if (first.kind === 'refused') expect(chosen).toEqual(first);
        else if (chosen.kind === 'at') expect(Date.parse(chosen.at)).toBeGreaterThanOrEqual(Date.parse(first.at));
        else expect(chosen.kind).toBe('at');
      }),
      { numRuns: full ? 50_000 : 2_000 },
    );
  });
});

interface Whom {
  readonly channel: HourCount['channel'];
  readonly customerType?: string | undefined;
}

/** The estimate by its definition: each bucket filtered anew. */
function naive(all: readonly HourCount[], { channel, customerType }: Whom, hourOfWeek: number): number {
  const sum = (of: readonly HourCount[], what: 'sent' | 'engaged'): number =>
    of.reduce((total, each) => total + each[what], 0);
  const mean = (expected: number, of: readonly HourCount[]): number =>
    (HOUR_STRENGTH * expected + sum(of, 'engaged')) / (HOUR_STRENGTH + sum(of, 'sent'));
  const usual = (of: HourCount['channel'], type: string | null): number => {
    const onChannel = all.filter((each) => each.channel === of);
    const wide = mean(mean(0.5, all), onChannel);
    return type === null
      ? wide
      : mean(
          wide,
          onChannel.filter((each) => each.customerType === type),
        );
  };
  const lift = (expected: number, of: readonly HourCount[]): number => {
    const sent = sum(of, 'sent');
    if (sent === 0) return expected;
    const alike = of.reduce((total, each) => total + each.sent * usual(each.channel, each.customerType), 0);
    return (HOUR_STRENGTH * expected + (sum(of, 'engaged') / alike) * sent) / (HOUR_STRENGTH + sent);
  };
  const hour = hourOfWeek % 24;
  const good = bestHours(channel, customerType).some(({ from, to }) => from <= hour * 60 && hour * 60 < to);
  const then = all.filter((each) => each.hourOfWeek % 24 === hour);
  const onChannel = then.filter((each) => each.channel === channel);
  const narrow =
    customerType === undefined ? onChannel : onChannel.filter((each) => each.customerType === customerType);
  const day = lift(lift(good ? GOOD_HOUR_LIFT : 1, then), onChannel);
  return lift(
    customerType === undefined ? day : lift(day, narrow),
    narrow.filter((each) => each.hourOfWeek === hourOfWeek),
  );
}

describe('what is learned', () => {
  it('is what the definition says of each hour, in parts or in one, in any order', () => {
    const whom = fc.record({
      channel: fc.constantFrom(...CHANNELS),
      customerType: fc.constantFrom(undefined, 'new', 'existing', 'never seen'),
    });
    fc.assert(
      fc.property(counts, whom, fc.nat(167), (all, who, hour) => {
        const { lifts } = learnedHours(hourHistory(all), who);
        expect(lifts[hour]).toBeCloseTo(naive(all, who, hour), 8);
        const parts = all.flatMap((each) => [
          { ...each, sent: each.sent - each.engaged, engaged: 0 },
          { ...each, sent: each.engaged, engaged: each.engaged },
        ]);
        expect(learnedHours(hourHistory(parts.reverse()), who).lifts[hour]).toBeCloseTo(lifts[hour] ?? -1, 8);
      }),
      { numRuns: full ? 100_000 : 3_000 },
    );
  });

  it('is taken at the best open hour within reach, as a model finds it minute by minute', () => {
    let met = 0;
    fc.assert(
      fc.property(wholeRequest, ({ asked, said, zone, rules, counts: all }) => {
        const bare = { ...rules, choice: 'learned' as const, spacingHours: undefined, preferredHours: undefined };
        const urgency = asked.urgency === 'low' ? 'normal' : asked.urgency;
        const command = { ...asked, ...{ urgency, rules: bare, preferredHours: [], spread: 0, exploration: 0 } };
        const chosen = chooseSendTime(command);
        if (chosen.kind === 'refused' || urgency === 'critical' || asked.sendAt !== undefined) return;
        const { channel = 'email', customerType } = asked;
        if (all.every(({ sent }) => sent === 0)) return;
        const { from, until } = searchSpan(command);
        const reach = Math.min(until, from + LEARNED_WAIT_HOURS[urgency] * HOUR);
        const { lifts } = learnedHours(hourHistory(all), { channel, customerType });
        let best: { at: number; lift: number } | undefined;
        for (let at = from; at < reach; at = (Math.floor(at / MINUTE) + 1) * MINUTE) {
          const shown = shownBy(zone, at);
          if (!allowed(said, shown)) continue;
          const hour = ((shown.day + 6) % 7) * 24 + Number(shown.time.slice(0, 2));
          const lift = Math.round((lifts[hour] ?? 0) * 10_000) / 10_000;
          if (!best || lift > best.lift) best = { at, lift };
        }
        if (!best) return;
        met += 1;
        expect(Date.parse(chosen.at)).toBe(best.at);
      }),
      { numRuns: full ? 10_000 : 1_000 },
    );
    expect(met).toBeGreaterThan(50);
  });

  it('spreads within one stretch of its hour', () =>
    fc.assert(
      fc.property(wholeRequest, ({ asked, said, zone, rules }) => {
        const bare = { ...rules, spacingHours: undefined };
        const [first, spread] = [0, asked.spread ?? 0].map((place) =>
          chooseSendTime({ ...asked, rules: bare, exploration: 0, spread: place }),
        );
        if (first?.kind !== 'at' || spread?.kind !== 'at' || asked.urgency === 'critical') return;
        expect(spread.code).toBe(first.code);
        const [from, to] = [Date.parse(first.at), Date.parse(spread.at)];
        expect(firstThat(from, to, (at) => !allowed(said, shownBy(zone, at)))).toBeUndefined();
      }),
      { numRuns: full ? 20_000 : 2_000 },
    ));
});
