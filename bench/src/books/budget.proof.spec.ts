import { describe, expect, it } from '@jest/globals';
import type { BudgetResult } from './budget.job.js';
import { standingOf } from './budget.proof.js';

const none: BudgetResult = {
  ...{ latencies: [], inTime: 0, appends: 0, conflicts: 0, reads: 0, cpuMs: 0 },
  ...{
    booked: { count: 0, micros: 0 },
    settled: { count: 0, micros: 0, charged: 0 },
    released: { count: 0, micros: 0 },
  },
};

describe('what a budget must hold', () => {
  it('is what its owners booked together, less what they closed', () => {
    const one = { ...none, booked: { count: 3, micros: 30 }, settled: { count: 1, micros: 10, charged: 9 } };
    const other = { ...none, booked: { count: 2, micros: 21 }, released: { count: 1, micros: 11 } };
    expect(standingOf([one, other])).toEqual({ reserved: 30, spent: 9, serial: 5, open: 3 });
  });

  it('is nothing where nobody booked', () => {
    expect(standingOf([none])).toEqual({ reserved: 0, spent: 0, serial: 0, open: 0 });
  });
});
