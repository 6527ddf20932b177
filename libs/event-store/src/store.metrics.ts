import { counter, histogram } from '@homing/service-kit/telemetry';

export const appends = histogram({
  name: 'homing_append_seconds',
  help: 'One append to the event store, from the call to its outcome, resendings included. `stream` is what stands before the first dash.',
  labels: { stream: 'open', outcome: ['appended', 'conflict', 'unknown', 'failed'] },
});

export const appendedEvents = counter({
  name: 'homing_appended_events_total',
  help: 'Events in appends that stand.',
  labels: { stream: 'open' },
});

export const reads = histogram({
  name: 'homing_stream_read_seconds',
  help: 'One read of a stream, its last page included.',
  labels: { stream: 'open', outcome: ['found', 'missing', 'failed'] },
});

export const subscriptionTroubles = counter({
  name: 'homing_subscription_troubles_total',
  help: 'Dropped connections and refused batches of the subscription to everything.',
  labels: { kind: ['dropped', 'batch_rejected'] },
});

/** `outreach` of `outreach-<id>`: never the id. */
export const kindOf = (stream: string): string => stream.split('-', 1)[0] ?? '';
