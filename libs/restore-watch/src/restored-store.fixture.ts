import { InMemoryEventStore } from '@homing/event-store/memory';
import type { StoreMark } from '@homing/contracts';

/** Appends one event to a stream and says where it stands. */
export async function put(store: InMemoryEventStore, stream: string, type = 'Happened', note = ''): Promise<StoreMark> {
  const read = await store.readStream(stream);
  const expectedRevision = read.kind === 'missing' ? 'no_stream' : read.revision;
  const commandId = `${stream} ${String(expectedRevision)} ${note}`;
  const metadata = { tenantId: 't', correlationId: 'c', causationId: 'c', recordedBy: 'spec', schemaVersion: 1 };
  const recordedAt = '2026-05-01T10:00:00.000Z';
  const result = await store.append({
    ...{ stream, expectedRevision, commandId, events: [{ type, data: { note } }] },
    metadata: { ...metadata, recordedAt },
  });
  if (result.kind !== 'appended') throw new Error('the fixture appended at an old revision');
  const [position, revision] = [result.position.toString(), result.revision.toString()];
  return { generation: 0, position, stream, revision, recordedAt };
}

/** What a backup holds: the first so many of these events, in a store of its own. */
export async function storeOf(streams: readonly string[]): Promise<InMemoryEventStore> {
  const store = new InMemoryEventStore();
  for (const stream of streams) await put(store, stream);
  return store;
}
