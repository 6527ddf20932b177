import type { DeadLetterResolution, PoisonReason } from '@homing/contracts';
import type { LetterContent } from '../dead-letter/letter.content.js';

/** What the bus says of a letter, as it is filed. */
export type FiledLetter = {
  /** The letter's message id on the bus. */
  readonly messageId: string;
  /** Whose it is; null: the installation's own. */
  readonly tenantId: string | null;
  /** The tenant it was sealed under, whether that tenant exists or not. */
  readonly sealedTenant: string | null;
  readonly consumer: string;
  readonly reason: PoisonReason;
  readonly faults: readonly { readonly path: string; readonly code: string }[];
  readonly subject: string;
  readonly source: { readonly stream: string; readonly sequence: number } | null;
  /** ISO 8601: when the message was stored, and when the letter was. */
  readonly storedAt: string;
  readonly buriedAt: string;
  /** Bytes of the message. */
  readonly size: number;
  /** Of a letter without content. */
  readonly digest: string | null;
  /** Where its content lies in the stream of the dead letters. */
  readonly sequence: number;
  readonly subjects: readonly string[];
};

export type DeskLetter = Omit<FiledLetter, 'subjects'> & {
  readonly id: string;
  /** Absent while it is open. */
  readonly resolution?: DeadLetterResolution & { readonly key?: string; readonly digest?: Buffer };
};

/** An end to be written. `key`, `digest`: by which a repetition of the same wish is recognised. */
export type NewResolution = Omit<DeadLetterResolution, 'resolvedAt' | 'resolvedBy'> & {
  readonly actor: string;
  readonly key?: string | undefined;
  readonly digest?: Buffer | undefined;
};

/** Where a copy of a letter lies on the bus. */
export type LetterPlace = { readonly messageId: string; readonly sequence: number };
export type LetterToRemove = LetterPlace & { readonly id: string };

/** Where dead letters are kept in order. One instance may be used by many; every method is safe to repeat. */
export type DeadLetterFile = {
  /**
   * A letter that is filed already stays as it is, but for an open one that was kept again: then the newer copy is its content.
   * Returns how many are new or moved.
   */
  file(letters: readonly FiledLetter[]): Promise<number>;
  /** Copies on the bus that filing these would leave without a letter: to be removed before. */
  listSuperseded(letters: readonly Pick<FiledLetter, 'messageId' | 'sequence' | 'buriedAt'>[]): Promise<LetterPlace[]>;
  /**
   * Holds the letter while `work` runs: nobody else resolves it meanwhile. What `work` answers as `end` is written with who did it, and
   * only then does this resolve. Undefined: no such letter. @throws what `work` throws, and nothing is written then
   */
  hold<T>(
    id: string,
    work: (letter: DeskLetter) => Promise<{ readonly end?: NewResolution; readonly answer: T }>,
  ): Promise<{ readonly answer: T; readonly resolution?: DeadLetterResolution } | undefined>;
  /** To be awaited before the content leaves. */
  noteRead(letter: Pick<DeskLetter, 'id' | 'tenantId'>, actor: string): Promise<void>;
  /** Letters that have ended and whose content is still on the bus, longest ended first. */
  listToRemove(limit: number): Promise<LetterToRemove[]>;
  markRemoved(ids: readonly string[]): Promise<void>;
  /** Open letters buried before that instant have lost their content. Returns how many expired. */
  expireBefore(instant: string): Promise<number>;
  /** Forgets letters buried before that instant; what was done with them is still on record. */
  forgetBefore(instant: string): Promise<number>;
  /** How many are open, and since when the oldest. */
  countOpen(): Promise<{ readonly open: number; readonly oldest?: string }>;
};

/** Why a signal matches nothing. `unknown_message` may match once the provider's id is recorded. */
export type UnmatchedCause = 'unknown_message' | 'unknown_outreach' | 'unknown_attempt' | 'other_tenant';

export type ParkedSignal<S = unknown> = {
  readonly provider: string;
  readonly providerEventId: string;
  readonly fact: string;
  readonly tenantId: string | null;
  readonly channel: string;
  readonly providerMessageId: string | null;
  readonly deliveryId: string | null;
  readonly cause: UnmatchedCause;
  readonly signal: S;
  readonly occurredAt: string;
  readonly receivedAt: string;
};

export type SignalKey = Pick<ParkedSignal, 'provider' | 'providerEventId' | 'fact'>;
export type ExpiredSignal = SignalKey & Pick<ParkedSignal, 'tenantId' | 'deliveryId' | 'cause'>;

/** Signals that match nothing yet. */
export type SignalPark<S = unknown> = {
  /** Keeps them until `expiresAt`; one that is parked already stays as it is. Returns how many are new. */
  park(
    signals: readonly ParkedSignal<S>[],
    times: { readonly now: string; readonly expiresAt: string },
  ): Promise<number>;
  /** Parked at or after an instant, oldest first, by pages. */
  list(page: {
    readonly since: string;
    readonly after?: SignalPlace;
    readonly limit: number;
  }): Promise<PlacedSignal<S>[]>;
  remove(keys: readonly SignalKey[]): Promise<void>;
  /** Lets go what has expired. Returns it. */
  expire(now: string): Promise<ExpiredSignal[]>;
  /** Lets the oldest go beyond so many. Returns how many went. */
  keepNewest(most: number): Promise<number>;
  count(): Promise<number>;
};

export type SignalPlace = SignalKey & { readonly parkedAt: string };
export type PlacedSignal<S> = ParkedSignal<S> & { readonly parkedAt: string };

/** Opens dead letters, and nothing else: its key pair is theirs alone. @throws EnvelopeError, TypeError when the content is not one */
export type LetterOpener = {
  open(
    sealed: Uint8Array,
    letter: { readonly messageId: string; readonly sealedTenant: string | null },
  ): Promise<LetterContent>;
  /** What an operator wrote in a letter's place. */
  openRepair(sealed: Uint8Array, letterId: string): Promise<Uint8Array>;
  /** Seals content to the key somebody made for one answer. @throws TypeError when that is no key */
  sealAnswer(bytes: Uint8Array, answer: { readonly letterId: string; readonly key: string }): Promise<Uint8Array>;
};
