import type { Channel } from '../channel.js';
import type { WordAnswered } from './answer-events.js';
import type { ConsentGranted, ConsentWithdrawn } from './consent-events.js';
import type { Recorded } from './outreach-events.js';

/** Everything that can happen to one address of one tenant, on its stream `contact-{fingerprint}`. */
export type ContactEvent = SuppressionEvent | ConsentEvent | AnswerEvent;
/** Whether anything is sent to it at all. */
export type SuppressionEvent =
  Recorded<'ContactSuppressed', ContactSuppressed> | Recorded<'ContactUnsuppressed', ContactUnsuppressed>;
/** What its person allows. */
export type ConsentEvent = Recorded<'ConsentGranted', ConsentGranted> | Recorded<'ConsentWithdrawn', ConsentWithdrawn>;
/** What was answered to its person. */
export type AnswerEvent = Recorded<'WordAnswered', WordAnswered>;
export type ContactEventType = ContactEvent['type'];

/** Why an address is held back. Each stands on its own: an address is free when none is in force. */
export const SUPPRESSION_REASONS = ['hard_bounce', 'complaint', 'unsubscribe', 'manual'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** Why an operator lifts a suppression. Words of ours, never free text: events live for ever. */
export const LIFT_REASONS = ['consent_given', 'address_works', 'mistake', 'test', 'other'] as const;
export type LiftReason = (typeof LIFT_REASONS)[number];

interface OfContact {
  readonly tenantId: string;
  /** Keyed hash of the address within the tenant; of a phone number it is the same on every channel that uses it. */
  readonly fingerprint: string;
  /** The channel on which it came to light. */
  readonly channel: Channel;
  readonly reason: SuppressionReason;
  /** When it happened: an earlier lift does not undo it, a later one does. */
  readonly at: string;
  /** The message or command that said so. */
  readonly causationId: string;
  /** Of an operator: the key or service that asked. */
  readonly by?: string;
  /** Of an operator: a reference to where the reason is kept. */
  readonly note?: string;
}

/** Nothing more is sent to this address. */
export interface ContactSuppressed extends OfContact {
  /** The address as people recognise it and nobody can use it. */
  readonly mask?: string;
}

/** One reason not to send to this address is gone. */
export interface ContactUnsuppressed extends OfContact {
  /** `resubscribed`: the person asked for it, which undoes an unsubscription and nothing else. */
  readonly because: 'resubscribed' | LiftReason;
}
