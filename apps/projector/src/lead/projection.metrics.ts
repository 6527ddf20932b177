import type { EventBatch, EventStore } from '@homing/event-store';
import { counter, gauge, histogram } from '@homing/service-kit/telemetry';
import type { ProjectionStatus } from './projection.status.js';

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
  help: 'Age of the last event in the read model while older ones wait or something stops it; 0 when all is in. The leader tells.',
});
const publicationLag = gauge({
  name: 'homing_publication_lag_seconds',
  help: 'How long ago integration events were complete on the bus; 0 while they are. The leader tells.',
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
  readonly store: Pick<EventStore, 'headPosition'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Shows where the projection stands whenever it is scraped. */
export function measureProjection({ status, store, now }: Measured): void {
  const whileLeading = <T>(read: (status: ProjectionStatus) => T) => {
    return () => (status().role === 'leading' ? read(status()) : undefined);
  };
  leading.observe(() => (status().role === 'leading' ? 1 : 0));
  position.observe(whileLeading((at) => Number(at.position)));
  lag.observe(whileLeading((at) => lagSeconds(at, now())));
  publicationLag.observe(whileLeading((at) => publicationLagSeconds(at, now())));
  behind.observe(whileLeading(async (at) => Math.max(0, Number((await store.headPosition()) - at.position))));
}

/** 0 when all is in. Before the first event nobody knows. */
export function lagSeconds(status: ProjectionStatus, now: number): number | undefined {
  if (status.caughtUp && !status.projectionTrouble) return 0;
  return status.recordedAt === undefined ? undefined : Math.max(0, now - status.recordedAt) / 1_000;
}

export function publicationLagSeconds({ completeAt }: ProjectionStatus, now: number): number | undefined {
  if (completeAt === undefined) return undefined;
  const seconds = (now - completeAt) / 1_000;
  // It looks for more at least once a second.
  return seconds < 2 ? 0 : seconds;
}
