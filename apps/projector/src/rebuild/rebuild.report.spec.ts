import { describe, expect, it } from '@jest/globals';
import { reportLines } from './rebuild.report.js';

describe('the report of a rebuild', () => {
  it('of equal rows says so, and how to clean up', () => {
    expect(reportLines({ position: 42n, differences: [] }, 'again')).toEqual([
      'rebuilt and live rows compared at position 42: equal, row for row',
      'when you have looked: drop schema again cascade;',
    ]);
  });

  it('of different rows names the first of them and the next step', () => {
    const first = [
      { key: { outreach_id: 'o-1' }, side: 'both', columns: { state: ['sent', 'delivered'], cost: [null, '5'] } },
      { key: { outreach_id: 'o-2' }, side: 'live', columns: {} },
    ] as const;
    const difference = { table: 'outreach', onlyLive: 2, onlyRebuilt: 1, first };
    expect(reportLines({ position: 42n, differences: [difference] }, 'again')).toEqual([
      'rebuilt and live rows compared at position 42: different',
      '  outreach: 2 rows only live, 1 only rebuilt; the first:',
      '    outreach_id=o-1: state: live sent, rebuilt delivered; cost: live null, rebuilt 5',
      '    outreach_id=o-2: only live',
      'next: look at schema again; put it in place with rebuild --resume --swap',
    ]);
  });

  it('of a swap says where the former rows are', () => {
    expect(reportLines({ position: 42n, differences: [], replaced: 'former' }, 'again').slice(1)).toEqual([
      'the rebuilt rows are live; the former ones stand in former',
      'when you have looked: drop schema former cascade;',
    ]);
  });

  it('of a restored store says why nothing was compared', () => {
    const [first, second, third] = reportLines({ position: 42n, differences: [], liveAhead: 90n }, 'again');
    expect(first).toBe('rebuilt up to the end of the event store, position 42');
    expect(second).toContain('the live rows stand at 90, beyond that end');
    expect(third).toContain('--swap');
  });
});
