import { INSTALLATION_STREAM, type RestoreConfirmed } from '@homing/contracts';
import type { EventStore, ExpectedRevision } from '@homing/event-store';

/** Which restores operators have confirmed, as the store itself holds it. */
export interface RestoreHistory {
  /** How many. */
  readonly generation: number;
  readonly last: RestoreConfirmed | undefined;
  /** Of the stream they stand in. */
  readonly revision: ExpectedRevision;
}

/** @throws what the store throws */
export async function readRestores(store: Pick<EventStore, 'readStream'>): Promise<RestoreHistory> {
  const read = await store.readStream(INSTALLATION_STREAM);
  if (read.kind === 'missing') return { generation: 0, last: undefined, revision: 'no_stream' };
  const confirmed = read.events.filter((event) => event.type === 'RestoreConfirmed');
  return {
    generation: confirmed.length,
    last: confirmed.at(-1)?.data as RestoreConfirmed | undefined,
    revision: read.revision,
  };
}
