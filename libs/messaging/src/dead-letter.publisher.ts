import { deadLetterSubject } from '@homing/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import type { Publisher } from './message.publisher.js';
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
} as const;

/**
 * Keeps the original bytes, sealed, under `deadletter.<consumer>`. Resolves when stored; until then the message must not be
 * terminated. The message id holds the storing time beside the sequence, since sequences begin anew in a remade stream.
 */
export async function publishDeadLetter(
  publisher: Publisher,
  seal: Seal,
  letter: { message: JsMsg; poison: PoisonError },
): Promise<void> {
  const { message, poison } = letter;
  const { stream, consumer, streamSequence } = message.info;
  await publisher.publishBytes(deadLetterSubject(consumer), await seal(message.data), {
    msgId: `dlq-${stream}-${streamSequence}-${message.time.getTime()}`,
    headers: {
      [DEAD_LETTER_HEADERS.consumer]: consumer,
      [DEAD_LETTER_HEADERS.stream]: stream,
      [DEAD_LETTER_HEADERS.sequence]: String(streamSequence),
      [DEAD_LETTER_HEADERS.subject]: message.subject,
      [DEAD_LETTER_HEADERS.reason]: poison.reason,
      [DEAD_LETTER_HEADERS.faults]: JSON.stringify(poison.faults),
      [DEAD_LETTER_HEADERS.storedAt]: message.timestamp,
    },
  });
}
