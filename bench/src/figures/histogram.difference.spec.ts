import { describe, expect, it } from '@jest/globals';
import { histogramBetween } from './histogram.difference.js';

const metrics = (plan: readonly number[], sum: number): string =>
  [
    '# TYPE homing_computing histogram',
    `homing_computing_bucket{service="o",le="0.001",part="plan"} ${plan[0]}`,
    `homing_computing_bucket{service="o",le="0.01",part="plan"} ${plan[1]}`,
    `homing_computing_bucket{service="o",le="+Inf",part="plan"} ${plan[2]}`,
    `homing_computing_sum{service="o",part="plan"} ${sum}`,
    `homing_computing_count{service="o",part="plan"} ${plan[2]}`,
    'homing_computing_bucket{service="o",le="0.001",part="decide"} 7',
    'homing_computing_count{service="o",part="decide"} 7',
    '',
  ].join('\n');
const of = { name: 'homing_computing', labels: ['part="plan"'] };

describe('a histogram between two looks', () => {
  it('counts what came since, and tells what a share of it was at most', () => {
    const found = histogramBetween(metrics([5, 5, 5], 1), metrics([11, 14, 15], 1.5), of);
    expect([found.count, found.sum]).toEqual([10, 0.5]);
    expect([found.atMost(0.5), found.atMost(0.9), found.atMost(0.99)]).toEqual([0.001, 0.01, Infinity]);
  });

  it('begins at nothing when it was not there before', () => {
    expect(histogramBetween('', metrics([1, 1, 1], 0.5), of).count).toBe(1);
  });

  it('is 0 of nothing', () => {
    const still = metrics([5, 5, 5], 1);
    expect(histogramBetween(still, still, of).atMost(0.5)).toBe(0);
    expect(histogramBetween('', '', of).count).toBe(0);
  });
});
