import { v5 } from 'uuid';

/**
 * `open` waits for an operator; the others are ends. `replayed`: handed in again. `discarded`: given up with a reason.
 * `erased`: it spoke of a person who was erased. `expired`: its content is no longer held (30 days are over, or the bus lost it).
 */
export const DEAD_LETTER_STATES = ['open', 'replayed', 'discarded', 'erased', 'expired'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

/** Why an operator gives a letter up. Words of ours, never free text: they are kept when the letter is gone. */
export const DISCARD_REASONS = ['fixed_at_source', 'duplicate', 'not_needed', 'test', 'unrepairable', 'other'] as const;
export type DiscardReason = (typeof DISCARD_REASONS)[number];

const NAMESPACE = '6f1d3c3a-6a57-5c55-9d53-5e1f6a4b7c20';

/** A letter's id, from its message id on the bus: the same message of the same consumer is one letter, however often it is kept. */
export const deadLetterId = (messageId: string): string => v5(messageId, NAMESPACE);

/** Headers of a dead letter on the bus: what it is about, never what it says. */
export const DEAD_LETTER_HEADERS = {
  consumer: 'Homing-Consumer',
  /** Stream and sequence of the message it was; absent where it was none of JetStream's. */
  stream: 'Homing-Stream',
  sequence: 'Homing-Sequence',
  /** Where it was published, or `webhook.<provider>`. */
  subject: 'Homing-Subject',
  reason: 'Homing-Reason',
  /** JSON `[{path, code}]`: never a value. */
  faults: 'Homing-Faults',
  /** When the message was stored (or heard), ISO 8601. */
  storedAt: 'Homing-Stored-At',
  /** Bytes the message had. */
  size: 'Homing-Size',
  /** The tenant it names; absent where none or more than one is named. */
  tenant: 'Homing-Tenant',
  /** Keyed hashes of the people it speaks of, separated by spaces: erasure finds it by them. */
  subjects: 'Homing-Subjects',
  /** SHA-256 of the message in hex; only on a letter without content. */
  digest: 'Homing-Digest',
} as const;
