import type { FieldFault } from '../request/field-fault.js';
import type { DeadLetterState, DiscardReason } from './dead-letter.js';

/** Core NATS, at most once: what the API asks of the desk that keeps the dead letters. The answer goes to `replyTo`. */
export const DEAD_LETTER_DESK = 'desk.dead-letters';

/** Who asks, about which letter. The API has authenticated it; the desk checks once more whose letter it is. */
export interface DeskQuestion {
  readonly letterId: string;
  readonly tenantId: string;
  /** May also touch letters of which no tenant is known. */
  readonly operator: boolean;
  /** Id of the API key; kept in the audit trail. */
  readonly actor: string;
  readonly replyTo: string;
}

export type DeskRequest = DeskQuestion & DeskWish;

export type DeskWish = LetterWish | OpenInbound;

/** What somebody wrote, sealed to this public key: `letterId` is then the id of an inbound message. Answered as `open` is. */
export interface OpenInbound {
  readonly action: 'open_inbound';
  readonly answerKey: string;
}

export type LetterWish =
  /** The content, sealed to this public key (32 bytes, base64), so that it crosses the bus in no readable form. */
  | { readonly action: 'open'; readonly answerKey: string }
  | {
      readonly action: 'replay';
      /** What stands in for the message's data: JSON, sealed for the desk, base64. Absent: as it was. */
      readonly repaired?: string;
      /** Digest of the caller's idempotency key: the same once more gets the first answer. */
      readonly idempotencyKey?: string;
    }
  | { readonly action: 'discard'; readonly reason: DiscardReason };

/** How a letter ended, durable when the desk says so. */
export interface DeadLetterResolution {
  readonly state: Exclude<DeadLetterState, 'open'>;
  readonly resolvedAt: string;
  /** Id of the API key; absent where nobody did it. */
  readonly resolvedBy?: string;
  readonly reason?: string;
  /** What a replayed request became. */
  readonly outreachId?: string;
}

export type DeskAnswer =
  /** `repeated`: it had been done before, by the same wish. */
  | { readonly kind: 'resolved'; readonly resolution: DeadLetterResolution; readonly repeated: boolean }
  | { readonly kind: 'opened'; readonly sealed: string }
  /** No such letter, or not theirs. */
  | { readonly kind: 'not_found' }
  /** It has ended another way. */
  | { readonly kind: 'already_resolved'; readonly resolution: DeadLetterResolution }
  /** It would be poison again. Paths as in the body of the replay. */
  | { readonly kind: 'faulty'; readonly faults: readonly FieldFault[] }
  /** The same request id was taken in meanwhile with other content. */
  | { readonly kind: 'different_content' }
  /** Only messages that people write can be repaired by people. */
  | { readonly kind: 'not_repairable' }
  /** The same idempotency key came with another body. */
  | { readonly kind: 'key_reused' }
  /** Its content was never kept (too large for the bus) or does not open. */
  | { readonly kind: 'no_content' }
  /** A store is away: nothing is known to have changed; ask again. */
  | { readonly kind: 'unavailable' };
