import { reportOf } from './seed.report.js';
import { runSeed } from './seed.run.js';

export const FULL = process.env['HOMING_TEST_SIZE'] === 'full';
/** Seeds of one share; there are two, so that two workers have something to do. */
export const SHARE = Number(process.env['SIMULATION_SEEDS'] ?? (FULL ? 12_000 : 240)) / 2;
/** Milliseconds for one share on a busy machine. */
export const SHARE_TIMEOUT_MS = 60_000 + SHARE * 1_000;

/** Most failing seeds that are reported: one tells more than a hundred. */
const MOST_REPORTS = 3;

/** Runs every second seed from a first one on. Answers with a report for each that failed. */
export async function runShare(first: number, count: number): Promise<string[]> {
  const reports: string[] = [];
  const began = performance.now();
  for (let n = 0; n < count && reports.length < MOST_REPORTS; n += 1) {
    const result = await runSeed(String(first + 2 * n));
    if (result.violations.length > 0) reports.push(reportOf(result));
  }
  const perSecond = (count * 1000) / (performance.now() - began);
  if (FULL) process.stdout.write(`simulation: ${count} seeds, ${perSecond.toFixed(1)} a second\n`);
  return reports;
}
