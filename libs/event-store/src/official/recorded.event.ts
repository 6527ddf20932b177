import type { EventMetadata, RecordedEvent } from '../event-store.port.js';
import type { Upcast } from '../upcasters.js';

/** The part of the client's event this room uses; `position` is missing only from servers before 21.10. */
interface ClientEvent {
  streamId: string;
  id: string;
  type: string;
  data: unknown;
  metadata?: unknown;
  revision: bigint;
  created: Date;
  position?: { commit: bigint; prepare: bigint };
}

/** An event as stored: nobody has lifted its data yet. */
export type RawEvent = Omit<RecordedEvent, 'metadata'> & { metadata: unknown };

export function rawEventOf(event: ClientEvent): RawEvent {
  const { streamId, id, type, data, metadata, revision, created, position } = event;
  return {
    stream: streamId,
    id: id.toLowerCase(),
    type,
    data,
    metadata,
    revision,
    created,
    position: position?.commit ?? 0n,
  };
}

/** Events of writers who attach nothing (tools, other systems) are read as version 1 with empty ids. */
const NOBODY: EventMetadata = {
  tenantId: '',
  correlationId: '',
  causationId: '',
  recordedAt: '',
  recordedBy: '',
  schemaVersion: 1,
};

/** @throws UnknownSchemaVersionError */
export function recordedEventOf(event: RawEvent, upcast: Upcast): RecordedEvent {
  const found = (event.metadata ?? {}) as Partial<EventMetadata>;
  const { data, metadata } = upcast(event.type, event.data, { ...NOBODY, ...found });
  return { ...event, data, metadata };
}
