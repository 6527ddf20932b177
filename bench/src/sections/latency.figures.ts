import { spreadFigure, type Figure } from '../figures/report.js';
import type { LoadResult } from '../load/load.job.js';
import type { Sighting } from '../load/projection.observer.js';

/** Times of one load's messages, from the intended arrival. Milliseconds. */
export interface MessageTimes {
  /** To the acknowledgement. */
  readonly accept: readonly number[];
  /** To the decision's commit (its beginning, by the store's clock). */
  readonly decided: readonly number[];
  /** To `delivered` standing in the read model, in the order of arrival. */
  readonly delivered: readonly number[];
  /** From the store's commit to the row being seen. */
  readonly lag: readonly number[];
}

export function messageTimes({ accepted, latencies }: LoadResult, sightings: readonly Sighting[]): MessageTimes {
  const places = new Map<string, Sighting>();
  for (const sighting of sightings) places.set(`${sighting.transition} ${sighting.outreachId}`, sighting);
  const since = (transition: string, time: (sighting: Sighting) => number): number[] =>
    accepted
      .toSorted((a, b) => a[1] - b[1])
      .flatMap(([id, intendedAt]) => {
        const found = places.get(`${transition} ${id}`);
        return found ? [time(found) - intendedAt] : [];
      });
  const ours = new Set(accepted.map(([id]) => id));
  return {
    accept: latencies,
    decided: since('decided', ({ recordedAt }) => recordedAt),
    delivered: since('delivered', ({ seenAt }) => seenAt),
    lag: sightings.filter(({ outreachId }) => ours.has(outreachId)).map((seen) => seen.seenAt - seen.recordedAt),
  };
}

export function latencyFigures(times: MessageTimes, { lateness }: LoadResult): Figure[] {
  return [
    spreadFigure('arrival to acknowledged', times.accept, { unit: 'ms', to: 'publish' }),
    spreadFigure('arrival to decided and durable', times.decided, { unit: 'ms', to: 'append' }),
    spreadFigure('arrival to delivered and projected', times.delivered, { unit: 'ms', to: 'append' }),
    spreadFigure('projection lag', times.lag, { unit: 'ms', to: 'insertMany', aim: { of: 'p99', bound: 1_000 } }),
    spreadFigure('generator late by', lateness, { unit: 'ms' }),
  ];
}
