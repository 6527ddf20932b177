import { randomUUID } from 'node:crypto';
import type { NewEvent, StoredEvent } from './stored-event.model.js';

/** An event with a small body; ids may be given to make repeats. */
export const newEvent = (fields: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  type: 'happened',
  contentType: 'application/json',
  data: Buffer.from('{"n":1}'),
  metadata: new Uint8Array(),
  ...fields,
});

export const storedEvent = (
  fields: Partial<StoredEvent> & Pick<StoredEvent, 'position' | 'revision'>,
): StoredEvent => ({
  ...newEvent(),
  stream: 's',
  created: 17_000_000_000_000_000n,
  ...fields,
});
