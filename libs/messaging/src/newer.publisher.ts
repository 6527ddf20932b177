import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { CloudEvent } from '@homing/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { Bus } from './bus.connection.js';
import { type Publisher, PublishRefusedError } from './message.publisher.js';
import { orMissing } from './stream.topology.js';

/** `version` grows with every change of what the subject says. */
interface Versioned {
  readonly version: number;
}

export interface Numbered<T extends Versioned> {
  readonly stream: string;
  readonly subject: string;
  readonly event: CloudEvent<T> & { readonly data: T };
  readonly tenantId: string;
  /** What stands there; undefined where it cannot be read: anything is newer. */
  readonly read: (stored: Uint8Array) => T | undefined;
}

/** `known`: what the stream held at that moment was as new; `there` is its version, `same` whether it says the same. */
export type PublishedNewer =
  { readonly kind: 'stored' } | { readonly kind: 'known'; readonly there: number; readonly same: boolean };

/** The server's word for "another message came between". */
const WRONG_LAST_SEQUENCE = 10_071;
const MOST_TRIES = 8;

/**
 * Puts a message on a subject of which the stream keeps the last one, and never in the place of one that is as new: whoever read long
 * ago and speaks late changes nothing. Needs the right to read that stream.
 * @throws PublishRefusedError, PublishUnknownError, and the client's error when the bus does not answer
 */
export async function publishNewer<T extends Versioned>(
  bus: Pick<Bus, 'api'>,
  publisher: Pick<Publisher, 'publish'>,
  said: Numbered<T>,
): Promise<PublishedNewer> {
  const { subject, event, tenantId } = said;
  const { version } = event.data;
  for (let tries = 1; ; tries += 1) {
    const { after, there } = await standing(bus, said);
    if (there && there.version >= version)
      return { kind: 'known', there: there.version, same: isDeepStrictEqual(there, event.data) };
    try {
      // Never taken for a repeat: what it says may have been lost since it was said before. The place alone decides.
      await publisher.publish(subject, event, { tenantId, key: randomUUID(), after });
      return { kind: 'stored' };
    } catch (error) {
      if (!isOvertaken(error) || tries >= MOST_TRIES) throw error;
    }
  }
}

/** What the stream holds there: where, and of which version. */
async function standing<T extends Versioned>(
  bus: Pick<Bus, 'api'>,
  { stream, subject, read }: Numbered<T>,
): Promise<{ readonly after: number; readonly there?: T | undefined }> {
  const { manager } = await bus.api();
  const found = await manager.streams.getMessage(stream, { last_by_subj: subject }).catch(orMissing);
  return found ? { after: found.seq, there: read(found.data) } : { after: 0 };
}

const isOvertaken = (error: unknown): boolean =>
  error instanceof PublishRefusedError &&
  error.cause instanceof JetStreamApiError &&
  error.cause.code === WRONG_LAST_SEQUENCE;
