import { createHash } from 'node:crypto';
import { DEAD_LETTER_HEADERS, deadLetterSubject, type PoisonReason } from '@homing/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import { type Publisher, PublishRefusedError } from './message.publisher.js';
import type { FieldFault, PoisonError } from './poison.error.js';

/** What can never be handled, and where it stood. */
export interface DeadLetter {
  /** Message id of the letter: within the bus's window the same one is kept once. Holds nothing personal. */
  readonly id: string;
  /** Who could not handle it; one subject token. */
  readonly consumer: string;
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** The `Nats-Msg-Id` it came with. */
  readonly messageId?: string;
  /** ISO 8601. */
  readonly storedAt: string;
  readonly stream?: string;
  readonly sequence?: number;
  readonly reason: PoisonReason;
  readonly faults: readonly FieldFault[];
}

export interface SealedLetter {
  /** So encrypted that nobody with access to the bus alone can read them. */
  readonly bytes: Uint8Array;
  /** Whose it is, where it says so. */
  readonly tenantId?: string | undefined;
  /** Keyed hashes of whom it speaks of. */
  readonly subjects?: readonly string[];
}

export type SealLetter = (letter: DeadLetter) => SealedLetter | Promise<SealedLetter>;

/** A poison message as a letter. Its id holds the storing time beside the sequence, since sequences begin anew in a remade stream. */
export function deadLetterOf(message: JsMsg, poison: PoisonError): DeadLetter {
  const { stream, consumer, streamSequence: sequence } = message.info;
  const messageId = message.headers?.get('Nats-Msg-Id') || undefined;
  return {
    id: `dlq-${consumer}-${stream}-${sequence}-${message.time.getTime()}`,
    consumer,
    subject: message.subject,
    bytes: message.data,
    ...(messageId === undefined ? {} : { messageId }),
    storedAt: message.timestamp,
    stream,
    sequence,
    reason: poison.reason,
    faults: poison.faults,
  };
}

/**
 * Keeps the letter, sealed, under `deadletter.<consumer>`; where the bus refuses one of that size, a letter without content that
 * holds its digest. Resolves when stored, with what was; until then what it stands for must not be given up.
 */
export async function publishDeadLetter(
  publisher: Pick<Publisher, 'publishBytes'>,
  seal: SealLetter,
  letter: DeadLetter,
): Promise<'whole' | 'digest'> {
  const sealed = await seal(letter);
  const subject = deadLetterSubject(letter.consumer);
  const headers = headersOf(letter, sealed);
  try {
    await publisher.publishBytes(subject, sealed.bytes, { msgId: letter.id, headers });
    return 'whole';
  } catch (error) {
    if (!(error instanceof PublishRefusedError)) throw error;
  }
  const digest = createHash('sha256').update(letter.bytes).digest('hex');
  await publisher.publishBytes(subject, new Uint8Array(), {
    msgId: letter.id,
    headers: { ...headers, [DEAD_LETTER_HEADERS.digest]: digest },
  });
  return 'digest';
}

function headersOf(letter: DeadLetter, { tenantId, subjects = [] }: SealedLetter): Record<string, string> {
  const { consumer, stream, sequence, subject, reason, faults, storedAt, bytes } = letter;
  const name = DEAD_LETTER_HEADERS;
  return {
    [name.consumer]: consumer,
    [name.subject]: subject,
    [name.reason]: reason,
    [name.faults]: JSON.stringify(faults),
    [name.storedAt]: storedAt,
    [name.size]: String(bytes.length),
    ...(stream === undefined ? {} : { [name.stream]: stream }),
    ...(sequence === undefined ? {} : { [name.sequence]: String(sequence) }),
    ...(tenantId === undefined ? {} : { [name.tenant]: tenantId }),
    ...(subjects.length === 0 ? {} : { [name.subjects]: subjects.join(' ') }),
  };
}
