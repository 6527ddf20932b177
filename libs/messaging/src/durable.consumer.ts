import { AckPolicy, type Consumer, type ConsumerInfo, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Bus, BusApi } from './bus.connection.js';
import type { JsEventExtras } from './js-event.decorator.js';
import { orMissing } from './stream.topology.js';

export interface BoundConsumer {
  readonly consumer: Consumer;
  /**
   * Names this very stream and consumer. After one of them was lost and made again it differs, and acks for messages of the old ones
   * must not be sent: sequences begin anew, so they would acknowledge other messages.
   */
  readonly incarnation: string;
}

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

/** Finds the durable consumer, makes it (and its stream, where this process may) when missing, mends its limits. */
export async function bindConsumer(bus: Bus, extras: JsEventExtras): Promise<BoundConsumer> {
  const api = await bus.api();
  const { stream, durable } = extras;
  let streamInfo = await api.manager.streams.info(stream).catch(orMissing);
  if (!streamInfo) {
    await bus.repair();
    streamInfo = await api.manager.streams.info(stream);
  }
  const existing = await api.manager.consumers.info(stream, durable).catch(orMissing);
  const info = await mended(api, extras, existing);
  return { consumer: api.js.consumers.getConsumerFromInfo(info), incarnation: `${streamInfo.created} ${info.created}` };
}

async function mended({ manager }: BusApi, extras: JsEventExtras, existing?: ConsumerInfo): Promise<ConsumerInfo> {
  const { stream, durable, subject, deliver, headersOnly } = extras;
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
      deliver_policy: deliver === 'new' ? DeliverPolicy.New : DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      ...(headersOnly ? { headers_only: true } : {}),
    });
  }
  const differs = (Object.keys(limits) as (keyof typeof limits)[]).some(
    (field) => existing.config[field] !== limits[field],
  );
  return differs ? manager.consumers.update(stream, durable, limits) : existing;
}
