import { counter, gauge, histogram } from '@homing/service-kit/telemetry';
import type { ConsumerInfo } from '@nats-io/jetstream';

export const handled = histogram({
  name: 'homing_consumer_handling_seconds',
  help: 'One bus message, from its arrival in the process to the verdict on it.',
  labels: { consumer: 'open', verdict: ['ack', 'nak', 'term'] },
});

export const redelivered = counter({
  name: 'homing_consumer_redelivered_total',
  help: 'Bus messages that came for a second or later time.',
  labels: { consumer: 'open' },
});

export const foundAdrift = counter({
  name: 'homing_consumer_adrift_total',
  help: 'Consumers made anew because their stream was rolled back under them, as by a killed server.',
  labels: { consumer: 'open' },
});

const inFlight = gauge({
  name: 'homing_consumer_in_flight',
  help: 'Bus messages this process is handling now.',
  labels: { consumer: 'open' },
});

const pending = gauge({
  name: 'homing_consumer_pending',
  help: 'Bus messages the server holds for the consumer and has not delivered yet; the same number from each of its processes.',
  labels: { consumer: 'open' },
});

const unacknowledged = gauge({
  name: 'homing_consumer_ack_pending',
  help: 'Bus messages delivered and not acknowledged, those waiting for another try included; the same from each process.',
  labels: { consumer: 'open' },
});

const hanging = gauge({
  name: 'homing_consumer_hanging',
  help: 'Bus messages whose handler does not end; they were handed back to the server.',
  labels: { consumer: 'open' },
});

export interface Observable {
  readonly inFlight: () => number;
  readonly hanging: () => number;
  /** What the server says of the consumer; undefined while it cannot be asked. */
  readonly held: () => Promise<Pick<ConsumerInfo, 'num_pending' | 'num_ack_pending'> | undefined>;
}

/** The server is asked when it is scraped, once for both of its numbers. Returns the way to stop. */
export function observeConsumer(consumer: string, observable: Observable): () => void {
  const labels = { consumer };
  let asking: ReturnType<Observable['held']> | undefined;
  const held = () => (asking ??= observable.held().finally(() => (asking = undefined)));
  const stops = [
    inFlight.observe(observable.inFlight, labels),
    hanging.observe(observable.hanging, labels),
    pending.observe(async () => (await held())?.num_pending, labels),
    unacknowledged.observe(async () => (await held())?.num_ack_pending, labels),
  ];
  return () => stops.forEach((stop) => stop());
}
