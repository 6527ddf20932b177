import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { paceBudget, pacingSentence, type PacingInputs } from './budget.pacing.js';

const TEN_EUROS = 10_000_000;
/** Ten days, the fifth has just begun: 4 of 10 euros would be spent at an even rate. */
const inputs = (over: Partial<PacingInputs> = {}): PacingInputs => ({
  period: { firstDay: '2026-05-01', lastDay: '2026-05-10' },
  totalMicros: TEN_EUROS,
  spentMicros: 3_000_000,
  reservedMicros: 1_000_000,
  messages: 300,
  today: '2026-05-05',
  passed: 0,
  ...over,
});

describe('the pace of a budget', () => {
  it('is 1 where as much is spent or spoken for as an even rate would have spent', () => {
    expect(paceBudget(inputs())).toEqual({
      phase: 'running',
      days: 10,
      elapsedDays: 4,
      idealMicros: 4_000_000,
      committedMicros: 4_000_000,
      pace: 1,
      recommendation: 'maintain',
      remainingMicros: 6_000_000,
      costPerMessageMicros: 10_000,
      suggestedDailyLimit: 100,
    });
  });

  it.each([
    ['a tenth ahead is on track', 4_400_000, 'maintain'],
    ['more is to be reduced', 4_400_001, 'reduce'],
    ['a tenth behind is on track', 3_600_000, 'maintain'],
    ['more is to be increased', 3_599_999, 'increase'],
  ])('%s', (_what, spentMicros, recommendation) => {
    expect(paceBudget(inputs({ spentMicros, reservedMicros: 0 })).recommendation).toBe(recommendation);
  });

  it('says nothing of the first moments, when one message is many times what ought to be spent', () => {
    const early = inputs({ today: '2026-05-01', passed: 0.001, spentMicros: 100_000, reservedMicros: 0, messages: 10 });
    expect(paceBudget(early)).toMatchObject({ recommendation: 'maintain' });
    expect(paceBudget({ ...early, spentMicros: 102_000 })).toMatchObject({ recommendation: 'reduce' });
  });

  it('gives no advice before the period, but a limit to begin with', () => {
    const before = paceBudget(
      inputs({ today: '2026-04-30', passed: 0.5, spentMicros: 0, reservedMicros: 0, messages: 0 }),
    );
    expect(before).toMatchObject({ phase: 'before', pace: null, recommendation: 'none', suggestedDailyLimit: null });
    const priced = paceBudget(
      inputs({ today: '2026-04-30', spentMicros: 0, reservedMicros: 0, messages: 0, priceMicros: 20_000 }),
    );
    expect(priced.suggestedDailyLimit).toBe(50);
  });

  it('gives none after it', () => {
    const over = paceBudget(inputs({ today: '2026-05-11' }));
    expect(over).toMatchObject({ phase: 'over', elapsedDays: 10, recommendation: 'none', suggestedDailyLimit: null });
  });

  it('lets the last day use all that is left', () => {
    const last = inputs({
      today: '2026-05-10',
      passed: 0.75,
      spentMicros: 9_000_000,
      reservedMicros: 0,
      messages: 900,
    });
    expect(paceBudget(last).suggestedDailyLimit).toBe(100);
  });

  it('knows no limit where messages cost nothing', () => {
    expect(paceBudget(inputs({ spentMicros: 0, priceMicros: 0 })).suggestedDailyLimit).toBeNull();
  });

  it.each([
    [inputs(), 'Spending runs at 100 % of an even rate: keep it up; 100 messages a day use up what is left.'],
    [
      inputs({ spentMicros: 7_000_000 }),
      'Spending runs at 200 % of an even rate: reduce it; 14 messages a day use up what is left.',
    ],
    [inputs({ today: '2026-05-11' }), 'The period is over.'],
    [inputs({ today: '2026-04-01' }), 'The period has not begun.'],
  ])('is said in a sentence', (of, sentence) => {
    expect(pacingSentence(paceBudget(of))).toBe(sentence);
  });
});

describe('whatever the figures', () => {
  const micros = fc.integer({ min: 0, max: 10 ** 12 });
  const day = fc
    .integer({ min: 0, max: 400 })
    .map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
  const any = fc
    .record({
      days: fc.tuple(day, day),
      totalMicros: micros,
      spentMicros: micros,
      reservedMicros: micros,
      messages: fc.integer({ min: 0, max: 10 ** 6 }),
      priceMicros: fc.option(fc.integer({ min: 0, max: 10 ** 7 }), { nil: undefined }),
      today: day,
      passed: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    .map(({ days, ...rest }): PacingInputs => {
      const [firstDay = '', lastDay = ''] = days.toSorted();
      return { ...rest, period: { firstDay, lastDay } };
    });

  it('the ideal lies between nothing and the total, and grows with time', () => {
    fc.assert(
      fc.property(any, fc.double({ min: 0, max: 0.999, noNaN: true }), (of, later) => {
        const { idealMicros } = paceBudget(of);
        expect(idealMicros).toBeGreaterThanOrEqual(0);
        expect(idealMicros).toBeLessThanOrEqual(of.totalMicros);
        const then = paceBudget({ ...of, passed: Math.max(of.passed, later) });
        expect(then.idealMicros).toBeGreaterThanOrEqual(idealMicros);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the suggested limit never spends more than is left', () => {
    fc.assert(
      fc.property(any, (of) => {
        const { suggestedDailyLimit, costPerMessageMicros, remainingMicros, days, elapsedDays } = paceBudget(of);
        if (suggestedDailyLimit === null || costPerMessageMicros === null) return;
        const spends = suggestedDailyLimit * costPerMessageMicros * Math.max(1, days - elapsedDays);
        expect(spends).toBeLessThanOrEqual(remainingMicros * (1 + 1e-9));
      }),
      { numRuns: 2_000 },
    );
  });

  it('advice turns only where the books do: more spent never turns "reduce" into "increase"', () => {
    const order = ['increase', 'maintain', 'reduce'];
    fc.assert(
      fc.property(any, micros, (of, more) => {
        const [now, then] = [of, { ...of, spentMicros: of.spentMicros + more }].map(paceBudget);
        if (now?.phase !== 'running') return;
        expect(order.indexOf(then?.recommendation ?? '')).toBeGreaterThanOrEqual(order.indexOf(now.recommendation));
      }),
      { numRuns: 2_000 },
    );
  });
});
