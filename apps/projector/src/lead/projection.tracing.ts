import { outreachIdOfStream } from '@homing/contracts';
import type { EventBatch } from '@homing/event-store';
import { isSampled, isTracing, noteSpan } from '@homing/service-kit/telemetry';

/** For each committed event that somebody traces, a span in its trace: from the taking of the batch to its commit. */
export function traceProjected({ events }: Pick<EventBatch, 'events'>, took: { from: number; to: number }): void {
  if (!isTracing()) return;
  for (const { type, stream, metadata } of events) {
    const { traceparent } = metadata;
    if (!isSampled(traceparent)) continue;
    const outreachId = outreachIdOfStream(stream);
    const attributes = {
      'homing.event.type': type,
      'homing.event.count': events.length,
      ...(outreachId === undefined ? {} : { 'homing.outreach.id': outreachId }),
    };
    noteSpan(`project ${type}`, { kind: 'consumer', parent: traceparent, attributes }, took);
  }
}
