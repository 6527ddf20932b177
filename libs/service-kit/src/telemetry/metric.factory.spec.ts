import { describe, expect, it } from '@jest/globals';
import { counter, gauge, histogram, metricsText, readMetric } from './index.js';

const linesOf = async (name: string) =>
  (await metricsText()).split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));

describe('a counter', () => {
  it('is there at 0 for every declared value, before anything happened', async () => {
    counter({ name: 'homing_a_total', help: 'A.', labels: { outcome: ['won', 'lost'] } });
    expect(await linesOf('homing_a_total')).toEqual([
      'homing_a_total{outcome="won"} 0',
      'homing_a_total{outcome="lost"} 0',
    ]);
  });

  it('counts under its labels, and reads as the sum where none is asked for', async () => {
    const claims = counter({ name: 'homing_b_total', help: 'B.', labels: { outcome: ['won', 'lost'] } });
    claims.inc({ outcome: 'won' });
    claims.add(4, { outcome: 'lost' });
    expect(await readMetric('homing_b_total', { outcome: 'lost' })).toBe(4);
    expect(await readMetric('homing_b_total')).toBe(5);
    expect(await readMetric('homing_b_total', { outcome: 'drawn' })).toBeUndefined();
  });

  it.each(['ada@example.test', 'Ada Lovelace', 'x'.repeat(81), '', 'a\nb'])(
    'keeps %j out of an open label',
    async (value) => {
      const name = `homing_c${Buffer.from(value).toString('hex').slice(0, 20)}_total`;
      counter({ name, help: 'C.', labels: { code: 'open' } }).inc({ code: value });
      expect(await linesOf(name)).toEqual([`${name}{code="other"} 1`]);
    },
  );

  it('counts what was not declared as other', async () => {
    const claims = counter({ name: 'homing_d_total', help: 'D.', labels: { outcome: ['won'] } });
    claims.inc({ outcome: 'stranger' as 'won' });
    expect(await readMetric('homing_d_total', { outcome: 'other' })).toBe(1);
  });

  it('keeps an open label from flooding the exposition', async () => {
    const codes = counter({ name: 'homing_e_total', help: 'E.', labels: { code: 'open' } });
    for (let n = 0; n < 500; n += 1) codes.inc({ code: `c${n}` });
    expect(await linesOf('homing_e_total')).toHaveLength(101);
    expect(await readMetric('homing_e_total', { code: 'other' })).toBe(400);
  });
});

describe('a gauge', () => {
  it('is read when it is scraped, summed over those who share its labels, until they stop', async () => {
    const size = gauge({ name: 'homing_f', help: 'F.', labels: { queue: 'open' } });
    let waiting = 3;
    const stop = size.observe(() => waiting, { queue: 'decide' });
    const stopOther = size.observe(() => 10, { queue: 'decide' });
    waiting = 5;
    expect(await readMetric('homing_f', { queue: 'decide' })).toBe(15);
    stopOther();
    expect(await readMetric('homing_f', { queue: 'decide' })).toBe(5);
    stop();
    expect(await readMetric('homing_f', { queue: 'decide' })).toBeUndefined();
  });

  it.each<[string, () => number | Promise<number>]>([
    ['throws', () => JSON.parse('{') as number],
    ['rejects', () => Promise.reject(new Error('away'))],
    ['is no number', () => Number.NaN],
    ['never answers', () => new Promise<number>(() => undefined)],
  ])('shows nothing, rather than a false 0, for a reading that %s', async (how, read) => {
    const name = `homing_g_${how.replaceAll(' ', '_')}`;
    gauge({ name, help: 'G.' }).observe(read);
    expect(await linesOf(name)).toEqual([]);
  });

  it('asks another process when it is scraped', async () => {
    gauge({ name: 'homing_g_asks', help: 'G.' }).observe(() => Promise.resolve(7));
    expect(await readMetric('homing_g_asks')).toBe(7);
  });
});

describe('a histogram', () => {
  it('counts and sums what was observed, in seconds by the clock', async () => {
    const calls = histogram({ name: 'homing_h_seconds', help: 'H.', labels: { kind: ['quick'] }, buckets: [1, 2] });
    calls.observe(1.5, { kind: 'quick' });
    calls.timer()({ kind: 'quick' });
    expect(await linesOf('homing_h_seconds_bucket')).toEqual([
      'homing_h_seconds_bucket{le="1",kind="quick"} 1',
      'homing_h_seconds_bucket{le="2",kind="quick"} 2',
      'homing_h_seconds_bucket{le="+Inf",kind="quick"} 2',
    ]);
    expect(await readMetric('homing_h_seconds_count')).toBe(2);
  });
});
