import type { CloudEvent } from '@homing/contracts';
import { inSpan, type SpanHandle } from '@homing/service-kit/telemetry';
import type { JetStreamContext } from './jetstream.context.js';
import type { JsEventExtras } from './js-event.decorator.js';

const system = { 'messaging.system': 'nats' } as const;

/** Publishes in a span when it goes on from one, the event's own before the active one; the event then carries this span. */
export function publishTraced<R>(
  subject: string,
  event: CloudEvent,
  publish: (event: CloudEvent) => Promise<R>,
): Promise<R> {
  const attributes = {
    ...system,
    'messaging.operation.name': 'publish',
    'messaging.operation.type': 'send',
    'messaging.destination.name': subject,
  } as const;
  return inSpan(
    `publish ${subject}`,
    { kind: 'producer', parent: event.traceparent, onlyInTrace: true, attributes },
    ({ traceparent }) => publish(carrying(event, traceparent)),
  );
}

/** Handles in a span that goes on from the event's; without one a trace begins. The handler sees this span in the event. */
export function handleTraced<R>(
  { extras, context }: { readonly extras: JsEventExtras; readonly context: JetStreamContext },
  event: CloudEvent | undefined,
  handle: (event: CloudEvent | undefined, span: SpanHandle) => Promise<R>,
): Promise<R> {
  const { subject, deliveryCount } = context;
  const attributes = {
    ...system,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': subject,
    'messaging.consumer.group.name': extras.durable,
    ...(deliveryCount > 1 ? { 'homing.delivery_count': deliveryCount } : {}),
  } as const;
  return inSpan(`process ${subject}`, { kind: 'consumer', parent: event?.traceparent ?? null, attributes }, (span) =>
    handle(event && carrying(event, span.traceparent), span),
  );
}

const carrying = (event: CloudEvent, traceparent: string | undefined): CloudEvent =>
  traceparent === undefined || traceparent === event.traceparent ? event : { ...event, traceparent };
