import { JetStreamApiError } from '@nats-io/jetstream';
import type { Bus } from './bus.connection.js';

/**
 * The bytes of the last message a stream holds of a subject; undefined when it holds none, or when there is no such stream (yet).
 * @throws the client's error when the bus does not answer
 */
export async function lastMessage(
  bus: Pick<Bus, 'api'>,
  { stream, subject }: { readonly stream: string; readonly subject: string },
): Promise<Uint8Array | undefined> {
  const { manager } = await bus.api();
  try {
    const found = await manager.streams.getMessage(stream, { last_by_subj: subject });
    return found?.data;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  }
}
