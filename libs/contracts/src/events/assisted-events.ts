import type { Channel } from '../channel.js';

interface OfAttempt {
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly attempt: number;
}

/** No machine may send this one: surely not sent, and a person is asked to do it before the delivery's deadline. */
export interface AssistanceRequested extends OfAttempt {
  readonly provider: string;
  /** A code of ours (`partners_only`, `captcha`). */
  readonly reason: string;
  readonly requestedAt: string;
}

/** Somebody was shown the text and the address, in clear: on record before they saw it. */
export interface AssistedTaskOpened extends OfAttempt {
  /** The key that asked. */
  readonly by: string;
  /** Who of those who share the key has it in hand, in a word of their own, and until when nobody else is shown it. Absent: nobody claims it. */
  readonly worker?: string;
  readonly until?: string;
  readonly at: string;
}

/** How a task ends that a person had in hand. */
export type AssistedOutcome = 'sent' | 'not_sent' | 'declined';

/** A person says what became of a task. `sent` counts and costs as sent; of the others nothing was sent, and nobody will try again. */
export interface AssistedTaskDone extends OfAttempt {
  readonly provider: string;
  readonly outcome: AssistedOutcome;
  /** The key that said so. */
  readonly by: string;
  /** A reference to where the reason is kept. */
  readonly note?: string;
  /** Digest of the caller's idempotency key: the same once more is no second word. */
  readonly key?: string;
  /**
   * Of `sent`: why nobody was to send it any more by then (`expired`, `suppressed`, `cancelled`, or what had been said of it before). It was
   * sent all the same, and counts so.
   */
  readonly despite?: string;
  readonly at: string;
}
