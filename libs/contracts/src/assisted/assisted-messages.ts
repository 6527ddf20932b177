import type { Channel } from '../channel.js';
import type { AssistedOutcome } from '../events/assisted-events.js';

/** Core NATS, at most once: what the API asks of a gateway about one task of a person. The answer goes to `replyTo`. */
export const ASSISTED_DESK = 'desk.assisted-tasks';

/** Who asks, about which task. The API has authenticated the key; the gateway checks once more whose task it is. */
export interface AssistedQuestion {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly leg: number;
  readonly attempt: number;
  /** `key:<id>`; kept in the events. */
  readonly by: string;
  /** Who of those who share the key: one word of theirs, no name. Whoever says one claims the task with looking at it. */
  readonly worker?: string;
  readonly replyTo: string;
}

export type AssistedRequest = AssistedQuestion & AssistedWish;

export type AssistedWish =
  /** The text and the address, sealed to this public key (32 bytes, base64), so that they cross the bus in no readable form. */
  | { readonly action: 'open'; readonly answerKey: string }
  | {
      readonly action: 'finish';
      readonly outcome: AssistedOutcome;
      /** A reference to where the reason is kept. */
      readonly note?: string;
      /** Digest of the caller's idempotency key. */
      readonly idempotencyKey?: string;
    };

export type AssistedAnswer =
  /** `sealed`: an {@link AssistedText} as JSON, base64. */
  | { readonly kind: 'opened'; readonly sealed: string }
  /** It stands. `repeated`: it had been said before, under the same idempotency key. */
  | {
      readonly kind: 'done';
      readonly outcome: AssistedOutcome;
      readonly at: string;
      readonly repeated: boolean;
      /** Sent although nobody was to any more: why not. */
      readonly despite?: string;
    }
  /** Somebody else has it in hand until then. */
  | { readonly kind: 'claimed'; readonly by: string; readonly until: string }
  /** The tenant has no such task. */
  | { readonly kind: 'not_found' }
  /** Somebody was first. */
  | { readonly kind: 'already_done'; readonly outcome: AssistedOutcome; readonly at: string; readonly by?: string }
  /** Nobody is to send it any more. A code: `cancelled`, `expired`, `suppressed`, `campaign_stopped`, or how its delivery ended. */
  | { readonly kind: 'withdrawn'; readonly reason: string }
  /** Not now: its campaign is paused. */
  | { readonly kind: 'resting'; readonly reason: string }
  /** A store is away: nothing is known to have changed; ask again. */
  | { readonly kind: 'unavailable' };

/** What a person needs to send a message by hand. PERSONAL. */
export interface AssistedText {
  readonly channel: Channel;
  /** Where to send it: a profile, the page of a form, in the channel's own address form. */
  readonly to: { readonly address: string; readonly name?: string };
  readonly from: { readonly address: string; readonly name?: string };
  readonly replyTo?: string;
  readonly subject?: string;
  /** Ready to copy. */
  readonly text: string;
  /** Channels with several ways in: which one. */
  readonly approach?: 'message' | 'connection_request';
}
