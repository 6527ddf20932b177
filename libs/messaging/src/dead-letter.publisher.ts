import { createHash } from 'node:crypto';
import { deadLetterSubject } from '@homing/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import { type Publisher, PublishRefusedError } from './message.publisher.js';
import type { PoisonError } from './poison.error.js';

/** Encrypts bytes so that nobody with access to the bus alone can read them. */
export type Seal = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Headers of a dead letter. Faults are JSON `[{path, code}]`: no values. */
export const DEAD_LETTER_HEADERS = {
  consumer: 'Homing-Consumer',
  stream: 'Homing-Stream',
  sequence: 'Homing-Sequence',
  subject: 'Homing-Subject',
  reason: 'Homing-Reason',
  faults: 'Homing-Faults',
  storedAt: 'Homing-Stored-At',
  /** SHA-256 of the original bytes in hex; only on a letter without them. */
  digest: 'Homing-Digest',
  /** How many bytes the original had; only on a letter without them. */
  size: 'Homing-Size',
} as const;

/**
 * Keeps the original bytes, sealed, under `deadletter.<consumer>`; where the bus refuses a letter of that size, one without them
 * that holds their digest and size. Resolves when stored, with what was; until then the message must not be terminated. The
 * message id holds the storing time beside the sequence, since sequences begin anew in a remade stream.
 */
export async function publishDeadLetter(
  publisher: Publisher,
  seal: Seal,
  letter: { message: JsMsg; poison: PoisonError },
): Promise<'whole' | 'digest'> {
  const { message, poison } = letter;
  const { stream, consumer, streamSequence } = message.info;
  const subject = deadLetterSubject(consumer);
  const msgId = `dlq-${stream}-${streamSequence}-${message.time.getTime()}`;
  const headers = {
    [DEAD_LETTER_HEADERS.consumer]: consumer,
    [DEAD_LETTER_HEADERS.stream]: stream,
    [DEAD_LETTER_HEADERS.sequence]: String(streamSequence),
    [DEAD_LETTER_HEADERS.subject]: message.subject,
    [DEAD_LETTER_HEADERS.reason]: poison.reason,
    [DEAD_LETTER_HEADERS.faults]: JSON.stringify(poison.faults),
    [DEAD_LETTER_HEADERS.storedAt]: message.timestamp,
  };
  try {
    await publisher.publishBytes(subject, await seal(message.data), { msgId, headers });
    return 'whole';
  } catch (error) {
    if (!(error instanceof PublishRefusedError)) throw error;
  }
  const about = {
    [DEAD_LETTER_HEADERS.digest]: createHash('sha256').update(message.data).digest('hex'),
    [DEAD_LETTER_HEADERS.size]: String(message.data.length),
  };
  await publisher.publishBytes(subject, new Uint8Array(), { msgId, headers: { ...headers, ...about } });
  return 'digest';
}
