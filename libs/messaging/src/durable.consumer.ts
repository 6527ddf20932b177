import {
  AckPolicy,
  type Consumer,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiError,
  ReplayPolicy,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { looksAdrift } from './adrift.consumer.js';
import type { Bus, BusApi } from './bus.connection.js';
import { foundAdrift } from './consumer.metrics.js';
import type { JsEventExtras } from './js-event.decorator.js';
import { orMissing } from './stream.topology.js';

export const limitsOf = ({
  maxInFlight = 64,
  ackWaitMs = 30_000,
  maxHandlingMs = 120_000,
  maxAckPending = 1_024,
}: JsEventExtras) => ({
  maxInFlight,
  ackWaitMs,
  maxHandlingMs,
  maxAckPending: Math.max(maxAckPending, maxInFlight),
});

/** On a work queue two consumers may not want the same message. */
const NOT_UNIQUE = 10_100;

/**
 * Finds the durable consumer, makes it (and its stream, where this process may) when missing, mends its limits. One that is adrift
 * is made anew: everything that its stream holds is given again.
 */
export async function bindConsumer(bus: Bus, extras: JsEventExtras): Promise<Consumer> {
  const api = await bus.api();
  const { stream } = extras;
  if (!(await api.manager.streams.info(stream).catch(orMissing))) await bus.repair();
  const info = await mended(api, extras, await sound(bus, api, extras)).catch(async (error: unknown) => {
    // Another consumer has these messages: one of a former release, where this process may remove it.
    if (error instanceof JetStreamApiError && error.code === NOT_UNIQUE) await bus.repair();
    throw error;
  });
  return api.js.consumers.getConsumerFromInfo(info);
}

/** The consumer as it is, unless it is adrift: then it is removed. */
async function sound(bus: Bus, { manager }: BusApi, extras: JsEventExtras): Promise<ConsumerInfo | undefined> {
  const { stream, durable } = extras;
  const found = await manager.consumers.info(stream, durable).catch(orMissing);
  if (!found || !(await looksAdrift(manager, extras))) return found;
  const now = await manager.consumers.info(stream, durable).catch(orMissing);
  // Another process has made it anew meanwhile.
  if (now?.created !== found.created) return now;
  await manager.consumers.delete(stream, durable).catch(orMissing);
  foundAdrift.inc({ consumer: durable });
  bus.logger.warn({ consumer: durable, stream }, 'the stream was rolled back under its consumer, which is made anew');
  return undefined;
}

async function mended({ manager }: BusApi, extras: JsEventExtras, existing?: ConsumerInfo): Promise<ConsumerInfo> {
  const { stream, durable, subject, headersOnly } = extras;
  const { ackWaitMs, maxAckPending } = limitsOf(extras);
  const limits = {
    filter_subject: subject,
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: maxAckPending,
    max_deliver: -1,
  };
  if (!existing) {
    return manager.consumers.add(stream, {
      ...limits,
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      ...(headersOnly ? { headers_only: true } : {}),
    });
  }
  const differs = (Object.keys(limits) as (keyof typeof limits)[]).some(
    (field) => existing.config[field] !== limits[field],
  );
  return differs ? manager.consumers.update(stream, durable, limits) : existing;
}
