import { describe, expect, it } from '@jest/globals';
import { CHANNELS, SELECTION_FACTORS, type Channel, type FactorWeights } from '@homing/contracts';
import fc from 'fast-check';
import { drawn } from './channel-order.policy.js';
import { selectChannels } from './channel-selection.policy.js';
import { choosing, type Choosing } from './selection.fixture.js';

const NUM_RUNS = 2_000;
const channels = fc.subarray([...CHANNELS] as Channel[]);
const counts = fc
  .tuple(fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([sent, share]) => ({ sent, engaged: Math.floor(sent * share) }));
const history = fc.dictionary(fc.constantFrom(...CHANNELS), counts);
const weights = fc
  .tuple(...SELECTION_FACTORS.map(() => fc.nat(100)))
  .map((parts) => (parts.every((part) => part === 0) ? [1, 0, 0, 0, 0] : parts))
  .map((parts) => {
    const sum = parts.reduce((total, part) => total + part, 0);
    return Object.fromEntries(SELECTION_FACTORS.map((factor, i) => [factor, (parts[i] ?? 0) / sum])) as FactorWeights;
  });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const choice: fc.Arbitrary<Choosing> = fc
  .record({
    channels,
    preferred: maybe(fc.shuffledSubarray([...CHANNELS] as Channel[])),
    optedOut: channels,
    suppressed: channels.map((all) => all.map((channel) => `f-${channel}`)),
    tenant: history,
    customerType: history,
    localHour: maybe(fc.integer({ min: 0, max: 23 })),
    draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    weights,
    channelPriority: fc.shuffledSubarray([...CHANNELS] as Channel[]),
    exploration: fc.double({ min: 0, max: 0.2, noNaN: true }),
    type: maybe(fc.constantFrom('new', 'existing', 'toString')),
    device: maybe(fc.constantFrom('mobile', 'desktop', 'tablet')),
    urgency: fc.constantFrom('low' as const, 'normal' as const, 'high' as const, 'critical' as const),
  })
  .map(({ tenant, customerType, preferred, optedOut, suppressed, localHour, draw, ...rest }) => {
    const { weights: shares, channelPriority, exploration, type, device, urgency } = rest;
    const known = { urgency, ...(type && { customerType: type }), ...(device && { device }) };
    return {
      channels: rest.channels,
      request: known,
      inputs: { optedOut, suppressed, preferred, localHour, draw, engagement: { tenant, customerType } },
      selection: { weights: shares, channelPriority, exploration },
    };
  });
const always = (holds: (over: Choosing) => void): void => fc.assert(fc.property(choice, holds), { numRuns: NUM_RUNS });

describe('every choice', () => {
  it('is the same for the same inputs', () =>
    always((over) => expect(selectChannels(choosing(over))).toEqual(selectChannels(choosing(over)))));

  it('says of each channel that was considered either its place or why it has none', () =>
    always((over) => {
      const { ranked, excluded } = selectChannels(choosing(over));
      const said = [...ranked, ...excluded].map(({ channel }) => channel);
      expect([...said].sort()).toEqual([...(over.channels ?? [])].sort());
      expect(excluded.every(({ reason }) => reason.length > 0)).toBe(true);
      expect(ranked.map(({ rank }) => rank)).toEqual(ranked.map((_, i) => i + 1));
    }));

  it('has scores of 0 to 1 that are what their factors contribute, each by its weight', () =>
    always((over) => {
      for (const { score, factors } of selectChannels(choosing(over)).ranked) {
        const all = SELECTION_FACTORS.map((factor) => ({
          ...factors[factor],
          weight: over.selection?.weights?.[factor],
        }));
        // Each of the five, and the sum, is rounded to four decimals.
        expect(Math.abs(all.reduce((sum, { contribution }) => sum + contribution, 0) - score)).toBeLessThan(3.1e-4);
        for (const { raw, contribution, weight = 0 } of all) {
          expect(raw).toBeGreaterThanOrEqual(0);
          expect(raw).toBeLessThanOrEqual(1);
          expect(Math.abs(contribution - raw * weight)).toBeLessThan(1.1e-4);
        }
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }
    }));

  it('orders by wish, priority and score, whatever order the addresses came in', () =>
    always((over) => {
      const { ranked } = selectChannels(choosing({ ...over, selection: { ...over.selection, exploration: 0 } }));
      const reversed = [...(over.channels ?? [])].reverse();
      const again = selectChannels(
        choosing({ ...over, channels: reversed, selection: { ...over.selection, exploration: 0 } }),
      );
      expect(again.ranked.map(({ channel }) => channel)).toEqual(ranked.map(({ channel }) => channel));
      const tiers = ['preference', 'priority', 'score'];
      const order = ranked.map(({ reason }) => tiers.indexOf(reason));
      expect(order).toEqual([...order].sort((a, b) => a - b));
      const scores = ranked.filter(({ reason }) => reason === 'score').map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }));

  it('records a confidence and a probability between 0 and 1', () =>
    always((over) => {
      const { ranked, confidence, record } = selectChannels(choosing(over));
      for (const share of [confidence, record.probability ?? 0]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
      if (ranked.length > 0) expect(record.probability).toBeGreaterThan(0);
    }));

  it('never records as impossible what was drawn, however small the rate', () => {
    const over = { channels: ['instagram', 'facebook'] as Channel[], inputs: { draw: 0.9999999999999983 } };
    const { record } = selectChannels(choosing({ ...over, selection: { exploration: 3.386180225106728e-15 } }));
    expect(record.probability).toBe(1.69309e-15);
  });

  it('keeps a channel that is better in everything before one that is worse', () =>
    always((over) => {
      const { ranked } = selectChannels(choosing({ ...over, selection: { ...over.selection, exploration: 0 } }));
      const scored = ranked.filter(({ reason }) => reason === 'score');
      for (const [i, worse] of scored.entries())
        for (const better of scored.slice(i + 1))
          expect(SELECTION_FACTORS.every((f) => better.factors[f].contribution > worse.factors[f].contribution)).toBe(
            false,
          );
    }));
});

describe('drawing', () => {
  it.each([1, 2, 3, 8])('chooses among %d channels with the probabilities it states', (count) => {
    for (const rate of [0, 0.05, 0.2]) {
      const grid = 240_000;
      const chosen = new Map<number, { times: number; probability: number }>();
      for (let i = 0; i < grid; i += 1) {
        const { index, probability } = drawn(count, rate, (i + 0.5) / grid);
        chosen.set(index, { times: (chosen.get(index)?.times ?? 0) + 1, probability });
      }
      for (const { times, probability } of chosen.values()) expect(times / grid).toBeCloseTo(probability, 5);
      const sum = [...chosen.values()].reduce((total, { probability }) => total + probability, 0);
      expect(sum).toBeCloseTo(1, 9);
      expect(chosen.size).toBe(rate === 0 ? 1 : count);
    }
  });

  it('draws nothing without a number to draw by', () =>
    expect(drawn(3, 0.2, undefined)).toEqual({ index: 0, probability: 1 }));
});
