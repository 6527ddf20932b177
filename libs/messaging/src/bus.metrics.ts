import { counter, histogram } from '@homing/service-kit/telemetry';

export const deadLettered = counter({
  name: 'homing_dead_letters_total',
  help: 'Bus messages this process has put to the dead letters.',
  labels: { consumer: 'open', reason: 'open' },
});

export const published = histogram({
  name: 'homing_publish_seconds',
  help: 'One message to the bus, from the call to the acknowledgement, all tries together.',
  labels: { subject: 'open', outcome: ['stored', 'duplicate', 'refused', 'unknown'] },
});

export const publishRetries = counter({
  name: 'homing_publish_retries_total',
  help: 'Messages sent to the bus again because no acknowledgement came.',
});
