import type { EventBatch } from '@homing/event-store';
import { counter, gauge, histogram } from '@homing/service-kit/telemetry';
import type { Lag, ProjectionStatus } from './projection.status.js';

const leading = gauge({
  name: 'homing_projector_leading',
  help: '1 where this process projects, 0 where it stands by.',
});
const position = gauge({ name: 'homing_projection_position', help: 'Everything up to here is in the read model.' });
const behind = gauge({
  name: 'homing_projection_behind_positions',
  help: 'How far the read model is behind the event store, in positions of the store (bytes of its log, not events); the leader tells.',
});
const lag = gauge({
  name: 'homing_projection_lag_seconds',
  help: 'What is in the read model is at most so old; 0 when all was in at the last look. The leader tells.',
});
const publicationLag = gauge({
  name: 'homing_publication_lag_seconds',
  help: 'How long ago integration events were complete on the bus; 0 while they are. The leader tells.',
});
const stalled = gauge({
  name: 'homing_projection_stalled',
  help: '1 while there has been more to read for 15 s and it does not move. The leader tells.',
  labels: { reader: ['rows', 'publication'] },
});
const delays = histogram({
  name: 'homing_projection_delay_seconds',
  help: 'One event, from the moment the store took it until its rows were committed.',
});
const batches = histogram({
  name: 'homing_projection_batch_events',
  help: 'Events in one committed batch.',
  buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
});
const transitions = counter({
  name: 'homing_transitions_published_total',
  help: 'Integration events acknowledged by the bus.',
});

/** What the leader has done just now. */
export function noteProjected({ events }: Pick<EventBatch, 'events'>, now: number): void {
  if (events.length === 0) return;
  batches.observe(events.length);
  for (const { created } of events) delays.observe(Math.max(0, now - created.getTime()) / 1_000);
}

export const notePublished = (count: number): void => transitions.add(count);

export interface Measured {
  readonly status: () => ProjectionStatus;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Shows where the projection stands whenever it is scraped. */
export function measureProjection({ status, now }: Measured): void {
  const whileLeading = <T>(read: (status: ProjectionStatus) => T) => {
    return () => (status().role === 'leading' ? read(status()) : undefined);
  };
  leading.observe(() => (status().role === 'leading' ? 1 : 0));
  position.observe(whileLeading((at) => Number(at.position)));
  lag.observe(whileLeading((at) => lagSeconds(at.projection, now())));
  publicationLag.observe(whileLeading((at) => lagSeconds(at.publication, now())));
  behind.observe(whileLeading((at) => at.projection && Number(at.projection.positionsBehind)));
  for (const reader of ['rows', 'publication'] as const)
    stalled.observe(
      whileLeading((at) => (at[reader === 'rows' ? 'projection' : 'publication']?.stalled ? 1 : 0)),
      { reader },
    );
}

/** Looks come every 2 s; one that is older says nothing of what came since. */
const FRESH_MS = 5_000;

/** 0 when all was in at the last look. Before the first completeness nobody knows. It grows while nobody can look. */
export function lagSeconds(lag: Lag | undefined, now: number): number | undefined {
  if (lag?.secondsBehind === undefined) return undefined;
  const unseenMs = now - lag.lookedAt;
  return lag.secondsBehind + (unseenMs > FRESH_MS ? unseenMs / 1_000 : 0);
}
