import { describe, expect, it } from '@jest/globals';
import { PLANTED_BUGS } from './bugs/index.js';
import { reportOf } from './seed.report.js';
import { runSeed } from './seed.run.js';

const { SEED: wanted, BUG: bug } = process.env;

describe('a seed', () => {
  it('gives the same history, byte for byte, each time', async () => {
    for (const seed of ['3', '14', '159']) {
      const [first, second] = [await runSeed(seed), await runSeed(seed)];
      expect(second.trace.lines).toEqual(first.trace.lines);
      expect(second.trace.hash).toBe(first.trace.hash);
    }
  });

  it('gives another history than any other seed', async () => {
    const hashes: string[] = [];
    for (const seed of ['1', '2', '3', '4']) hashes.push((await runSeed(seed)).trace.hash);
    expect(new Set(hashes).size).toBe(4);
  });

  it('is shown when it is asked for: SEED=123, BUG=part-of-its-name', async () => {
    const plant = bug === undefined ? undefined : PLANTED_BUGS.find(({ name }) => name.includes(bug))?.plant;
    const result = await runSeed(wanted ?? '0', plant);
    if (wanted !== undefined) process.stdout.write(`${result.trace.lines.join('\n')}\n${reportOf(result)}\n`);
    expect(result.trace.length).toBeGreaterThan(0);
  });
});
