import { setTimeout as pause } from 'node:timers/promises';
import { arrivals, type ScheduleWish } from '../figures/arrival.schedule.js';
import type { LoadResult } from './load.job.js';

/** Epoch milliseconds with fractions; comparable between processes of one machine. */
export const epochNow = (): number => performance.timeOrigin + performance.now();

export interface Fired {
  /** Names what was acknowledged, where it has a name. */
  readonly id?: string;
  /** Why it was not acknowledged. */
  readonly failure?: string;
}

/** Room for the first requests to be made before they are due. */
const LEAD_MS = 200;

/** Fires request `n` at its fixed time, however many are still unanswered, and awaits all answers. */
export async function runOpenLoop(wish: ScheduleWish, fire: (n: number) => Promise<Fired>): Promise<LoadResult> {
  const times = arrivals(wish);
  const startedAt = epochNow() + LEAD_MS;
  const latencies: number[] = [];
  const lateness: number[] = [];
  const failures: Record<string, number> = {};
  const accepted: [string, number][] = [];
  const one = async (n: number, intendedAt: number): Promise<void> => {
    lateness.push(epochNow() - intendedAt);
    const { id, failure } = await fire(n).catch((error: Error) => ({ failure: error.name, id: undefined }));
    if (failure !== undefined) return void (failures[failure] = (failures[failure] ?? 0) + 1);
    latencies.push(epochNow() - intendedAt);
    if (id !== undefined) accepted.push([id, intendedAt]);
  };
  const open: Promise<void>[] = [];
  for (let n = 0; n < times.length;) {
    const now = epochNow() - startedAt;
    while (n < times.length && (times[n] ?? 0) <= now) open.push(one(n, startedAt + (times[n++] ?? 0)));
    await pause(1);
  }
  await Promise.all(open);
  return { planned: times.length, latencies, failures, lateness, accepted, startedAt };
}
