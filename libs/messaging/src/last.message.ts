import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { Bus } from './bus.connection.js';

export interface LastOf {
  readonly stream: string;
  readonly subject: string;
}

/**
 * The bytes of the last message a stream holds of a subject; undefined when it holds none, or when there is no such stream (yet).
 * @throws the client's error when the bus does not answer
 */
export const lastMessage = async (bus: Pick<Bus, 'api'>, of: LastOf): Promise<Uint8Array | undefined> =>
  lastMessageOf((await bus.api()).manager, of);

/** The same, of a connection that is there already. */
export async function lastMessageOf(
  manager: Pick<JetStreamManager, 'streams'>,
  { stream, subject }: LastOf,
): Promise<Uint8Array | undefined> {
  try {
    const found = await manager.streams.getMessage(stream, { last_by_subj: subject });
    return found?.data;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  }
}
