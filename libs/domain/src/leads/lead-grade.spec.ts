import { describe, expect, it } from '@jest/globals';
import { CHANNELS } from '@homing/contracts';
import fc from 'fast-check';
import { gradeLead, LEAD_GRADES, LEAD_POINTS, type LeadFacts, SCORE_POINTS } from './lead-grade.policy.js';

const CASES = process.env['HOMING_TEST_SIZE'] === 'full' ? 100_000 : 10_000;

const nothing: LeadFacts = {
  ...{ addresses: {}, hasName: false, hasTimeZone: false, hasLocale: false, hasCustomerType: false },
  ...{ hasData: false, engaged: false },
};

describe('the grade of a lead', () => {
  it.each<[string, Partial<LeadFacts>, string, number]>([
    ['nobody is known', {}, 'D', 0],
    ['the best of scores reaches nobody', { score: 100, engaged: true, hasName: true, hasData: true }, 'D', 42],
    ['one of an address alone', { addresses: { twitter: 1 } }, 'C', 4],
    ['an email with name and data', { addresses: { email: 1 }, hasName: true, hasData: true }, 'C', 32],
    [
      'the same with language and kind',
      { addresses: { email: 1 }, hasName: true, hasData: true, hasLocale: true, hasCustomerType: true },
      'B',
      36,
    ],
    ['two ways, name, data', { addresses: { email: 1, linkedin: 1 }, hasName: true, hasData: true }, 'B', 42],
    ['and a score of 64', { addresses: { email: 1, linkedin: 1 }, hasName: true, hasData: true, score: 64 }, 'B', 54],
    ['and a score of 65', { addresses: { email: 1, linkedin: 1 }, hasName: true, hasData: true, score: 65 }, 'A', 55],
  ])('%s', (_name, own, grade, points) => {
    expect(gradeLead({ ...nothing, ...own })).toEqual({ grade, points });
  });

  it('has a hundred points to give', () => {
    const given: readonly number[] = Object.values(LEAD_POINTS);
    expect(given.reduce((sum, each) => sum + each, SCORE_POINTS)).toBe(100);
  });

  const facts: fc.Arbitrary<LeadFacts> = fc.record(
    {
      addresses: fc.dictionary(fc.constantFrom(...CHANNELS), fc.integer({ min: 0, max: 5 })),
      ...{ hasName: fc.boolean(), hasTimeZone: fc.boolean(), hasLocale: fc.boolean() },
      ...{ hasCustomerType: fc.boolean(), hasData: fc.boolean(), engaged: fc.boolean() },
      score: fc.integer({ min: 0, max: 100 }),
    },
    { requiredKeys: ['addresses', 'hasName', 'hasTimeZone', 'hasLocale', 'hasCustomerType', 'hasData', 'engaged'] },
  );
  const rank = (of: LeadFacts): number => LEAD_GRADES.indexOf(gradeLead(of).grade);

  it('is one of four for anybody, the same each time, D for exactly those who cannot be reached', () => {
    fc.assert(
      fc.property(facts, (of) => {
        const { grade, points } = gradeLead(of);
        const reachable = Object.values(of.addresses).some((count) => count > 0);
        const known = LEAD_GRADES.includes(grade) && Number.isInteger(points) && points >= 0 && points <= 100;
        return known && (grade === 'D') === !reachable && gradeLead(structuredClone(of)).points === points;
      }),
      { numRuns: CASES },
    );
  });

  it('is never worse for whoever has more', () => {
    fc.assert(
      fc.property(facts, facts, (less, other) => rank(bothOf(less, other)) <= rank(less)),
      { numRuns: CASES },
    );
  });
});

/** All that either has. */
function bothOf(one: LeadFacts, other: LeadFacts): LeadFacts {
  const addresses = Object.fromEntries(
    CHANNELS.map((channel) => [channel, Math.max(one.addresses[channel] ?? 0, other.addresses[channel] ?? 0)]),
  );
  const scores = [one.score, other.score].filter((score) => score !== undefined);
  return {
    addresses,
    ...{ hasName: one.hasName || other.hasName, hasTimeZone: one.hasTimeZone || other.hasTimeZone },
    ...{ hasLocale: one.hasLocale || other.hasLocale, hasData: one.hasData || other.hasData },
    ...{ hasCustomerType: one.hasCustomerType || other.hasCustomerType, engaged: one.engaged || other.engaged },
    ...(scores.length === 0 ? {} : { score: Math.max(...scores) }),
  };
}
