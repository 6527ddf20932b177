import { spreadOf } from './percentiles.js';

export interface Steadiness {
  readonly steady: boolean;
  /** Why not, in words. */
  readonly why: string;
}

/** No message takes longer than this for long, milliseconds. */
const LAG_BOUND_MS = 2_000;

/**
 * Whether a system kept up with a load, judged by what each message took, in order of arrival: all were done, the slowest hundredth
 * within bounds, and the last quarter no slower than the second (a growing queue shows as growing times).
 */
export function steadiness(planned: number, times: readonly number[]): Steadiness {
  const quarter = Math.floor(times.length / 4);
  const early = spreadOf(times.slice(quarter, 2 * quarter)).p50;
  const late = spreadOf(times.slice(-quarter || undefined)).p50;
  const { p99 } = spreadOf(times);
  const faults = [
    ...(times.length < planned ? [`${planned - times.length} not done`] : []),
    ...(p99 > LAG_BOUND_MS ? [`p99 ${Math.round(p99)} ms`] : []),
    ...(late > 1.5 * early + 100 ? [`median grew from ${Math.round(early)} to ${Math.round(late)} ms`] : []),
  ];
  return { steady: faults.length === 0, why: faults.join(', ') };
}
