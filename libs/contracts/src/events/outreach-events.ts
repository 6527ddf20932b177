import type { AnsweredWord } from '../settings/word-answers.js';
import type { Channel } from '../channel.js';
import type { Money } from '../money.js';
import type { ContentRef } from './content-ref.js';
import type { Chain, DeliveryGivenUp, FallbackPlanned, RequestedStep, SequenceRef, StepPassedOver } from './chain.js';
import type { ProviderFact } from '../provider-fact.js';
import type { AssistanceRequested, AssistedTaskDone, AssistedTaskOpened } from './assisted-events.js';
import type { ConversionReported } from './conversion-events.js';
import type { DecisionStep, Explanation, PlannedLeg, StepTrace } from './decision.js';
import type { LegBooking } from './ledger-events.js';
import type { Recourse, SendProof } from './attempt-terms.js';
import type { RecordedInputs } from './recorded-inputs.js';

/** Everything that can happen to one outreach, on its one stream `outreach-{id}`. Adding a type is compatible; changing one needs an upcaster. */
export type OutreachEvent =
  | Recorded<'OutreachAbandoned', OutreachAbandoned>
  | Recorded<'OutreachRequested', OutreachRequested>
  | Recorded<'OutreachDecided', OutreachDecided>
  | Recorded<'OutreachRefused', OutreachRefused>
  | Recorded<'DeliveryScheduled', DeliveryScheduled>
  | Recorded<'AttemptStarted', AttemptStarted>
  | Recorded<'AttemptAccepted', AttemptAccepted>
  | Recorded<'AttemptRejected', AttemptRejected>
  | Recorded<'AttemptOutcomeUnknown', AttemptOutcomeUnknown>
  | Recorded<'AttemptResendStarted', AttemptResendStarted>
  | Recorded<'UnknownOutcomeSettled', UnknownOutcomeSettled>
  | Recorded<'AttemptAssumedSent', AttemptAssumedSent>
  | Recorded<'AssistanceRequested', AssistanceRequested>
  | Recorded<'AssistedTaskOpened', AssistedTaskOpened>
  | Recorded<'AssistedTaskDone', AssistedTaskDone>
  | Recorded<'ProviderFactRecorded', ProviderFactRecorded>
  | Recorded<'RetryScheduled', RetryScheduled>
  | Recorded<'CancellationRequested', CancellationRequested>
  | Recorded<'DeliveryRescheduled', DeliveryRescheduled>
  | Recorded<'BookingAbandoned', BookingAbandoned>
  | Recorded<'DeliverySkipped', DeliverySkipped>
  | Recorded<'DeliveryExpired', DeliveryExpired>
  | Recorded<'DeliveryCancelled', DeliveryCancelled>
  | Recorded<'DeliveryFailedPermanently', DeliveryFailedPermanently>
  | Recorded<'ConversionReported', ConversionReported>
  | Recorded<'DeliveryGivenUp', DeliveryGivenUp>
  | Recorded<'FallbackPlanned', FallbackPlanned>
  | Recorded<'StepPassedOver', StepPassedOver>
  | Recorded<'OutreachSettled', OutreachSettled>;

export interface Recorded<T extends string, D> {
  readonly type: T;
  readonly data: D;
}

export type OutreachEventType = OutreachEvent['type'];

export type Urgency = 'low' | 'normal' | 'high' | 'critical';
export type Strategy = 'single' | 'fallback' | 'parallel';

/** A contact point as events may name it: keyed fingerprint and mask, never the address. */
export interface ContactPointRef {
  readonly channel: Channel;
  readonly ordinal: number;
  readonly fingerprint: string;
  readonly mask: string;
  /** The person the address first belonged to, where that is another: both are counted. */
  readonly heldBy?: string;
}

/**
 * A decision reserved and did not commit in time: whoever was taking it is fenced off, and what it reserved is nobody's. The
 * request itself stands and is decided again.
 */
export interface OutreachAbandoned {
  readonly outreachId: string;
  /** The round of deciding that ended, from 1. */
  readonly round: number;
  readonly at: string;
}

export type { ContentRef, TemplateRef } from './content-ref.js';

export interface OutreachRequested {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly personId: string;
  /** Keyed hash of the caller's campaign id. */
  readonly campaignKey?: string;
  readonly subject?: { readonly type: string; readonly key: string };
  readonly messageType: string;
  readonly strategy: Strategy;
  /** Own steps, or those of the named sequence. Absent: the channels as they are ranked. */
  readonly steps?: readonly RequestedStep[];
  readonly sequence?: SequenceRef;
  readonly urgency: Urgency;
  readonly content: ContentRef;
  /** Keyed digest of the content: what makes two messages to one address the same. */
  readonly contentKey?: string;
  readonly contacts: readonly ContactPointRef[];
  readonly timeZone?: string;
  readonly locale?: string;
  readonly customerType?: string;
  readonly device?: string;
  /** When intake had it sealed; the start of every latency. */
  readonly acceptedAt: string;
  readonly sendAt?: string;
  readonly expiresAt: string;
  /** How it came in. */
  readonly via: 'bus' | 'api';
  /** It answers this one word that its recipient wrote. Only Homing itself makes such. */
  readonly answers?: AnsweredWord;
}

export interface OutreachDecided {
  readonly strategy: Strategy;
  readonly legs: readonly PlannedLeg[];
  readonly fallbackChain: readonly Channel[];
  /** Absent where one message by the best channel was asked for. */
  readonly chain?: Chain;
  readonly cost: Money;
  /** 0..1. */
  readonly confidence: number;
  readonly explanation: Explanation;
  /** Absent in decisions before inputs were recorded. */
  readonly inputs?: RecordedInputs;
}

export interface OutreachRefused {
  readonly step: DecisionStep;
  readonly reason: string;
  readonly steps: readonly StepTrace[];
  readonly policyVersion: string;
  readonly decidedAt: string;
  /** Absent in refusals before inputs were recorded, and where nothing was gathered (`person_erased`). */
  readonly inputs?: RecordedInputs;
}

interface OfLeg {
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
}

interface OfAttempt extends OfLeg {
  /** 1 is the first. */
  readonly attempt: number;
}

export interface DeliveryScheduled extends OfLeg {
  readonly sendAt: string;
  readonly expiresAt: string;
}

/** The exclusive claim: only the holder of `claimId`, made once in its memory, may call the provider for this attempt. */
export interface AttemptStarted extends OfAttempt {
  readonly claimId: string;
  readonly claimedBy: string;
  readonly provider: string;
  readonly startedAt: string;
  /** After this instant nobody is calling the provider any more for this attempt. */
  readonly leaseUntil: string;
  /** Absent: the provider can neither be asked nor given the attempt again. */
  readonly recourse?: Recourse;
  /** Absent in attempts before it was recorded. */
  readonly proof?: SendProof;
}

/** The provider took it: queued there. */
export interface AttemptAccepted extends OfAttempt {
  readonly provider: string;
  readonly providerMessageId: string;
  readonly acceptedAt: string;
}

/**
 * - `retryable`: surely not accepted, worth another attempt
 * - `permanent`: surely not accepted and never will be as it stands
 * - `throttled`: surely not accepted, too fast; uses up no attempt
 * - `auth`: the account, not the message: stop the provider
 * - `suppressed`: the provider holds this address back
 */
export type RejectionClass = 'retryable' | 'permanent' | 'throttled' | 'auth' | 'suppressed';

/** The provider surely did not take it. */
export interface AttemptRejected extends OfAttempt {
  readonly provider: string;
  readonly class: RejectionClass;
  readonly code: string;
  readonly retryAfterSeconds?: number;
  readonly rejectedAt: string;
}

/** It may or may not have been taken: never blindly re-sent, and nothing else of this leg starts. */
export interface AttemptOutcomeUnknown extends OfAttempt {
  readonly provider: string;
  /** `restored`: it may have been sent in a history that was lost (`RestoreConfirmed`). */
  readonly reason: 'timeout' | 'connection_lost' | 'ambiguous_answer' | 'lease_expired' | 'restored';
  readonly since: string;
}

/**
 * The exclusive claim to give the provider an attempt of unknown outcome once more under its own key, which that provider
 * honours: only the holder of `claimId` may call, until `leaseUntil`.
 */
export interface AttemptResendStarted extends OfAttempt {
  readonly claimId: string;
  readonly claimedBy: string;
  readonly provider: string;
  readonly startedAt: string;
  readonly leaseUntil: string;
}

/** What became of an attempt whose outcome was unknown. `not_sent`: surely not taken, so the leg goes on with its retries. */
export interface UnknownOutcomeSettled extends OfAttempt {
  readonly provider: string;
  readonly outcome: 'sent' | 'not_sent';
  /** The provider was asked; an operator said so; or a re-send under the same key was taken. */
  readonly via: 'lookup' | 'operator' | 'resend';
  readonly providerMessageId?: string;
  /** Of an operator: the key or service that asked. */
  readonly by?: string;
  /** Of an operator: a reference to where the reason is kept. */
  readonly note?: string;
  readonly at: string;
}

/** Nobody could tell for 72 h: taken for sent. It counts and costs as sent, is never sent again, and ends its leg. */
export interface AttemptAssumedSent extends OfAttempt {
  readonly provider: string;
  /** Since when its outcome had been unknown. */
  readonly since: string;
  readonly at: string;
}

export interface ProviderFactRecorded extends OfAttempt, ProviderFact {
  readonly provider: string;
  readonly payloadDigest: string;
}

export interface RetryScheduled extends OfAttempt {
  /** `attempt` is the attempt that will be made. */
  readonly at: string;
  readonly because: string;
  /** What it holds in the books; absent where nothing is booked. */
  readonly booking?: LegBooking;
}

/** What a retry reserved and did not commit in time is nobody's; whoever was planning it is fenced off and plans anew. */
export interface BookingAbandoned extends OfLeg {
  /** How many bookings of the leg were abandoned, this one included. */
  readonly fence: number;
  readonly at: string;
}

/** Its booking had lapsed before it was started (a backlog, a pause): booked anew. */
export interface DeliveryRescheduled extends OfAttempt {
  readonly at: string;
  readonly because: string;
  readonly booking?: LegBooking;
}

/** Somebody wants nothing further of this outreach: no attempt starts any more. What is under way keeps its course. */
export type CancellationRequested = { readonly at: string; readonly by: string };

/** Decided, at the moment of sending, not to send; surely not sent. */
export interface DeliverySkipped extends OfLeg {
  readonly reason: string;
  readonly at: string;
}
export type DeliveryExpired = OfLeg & { readonly at: string };
export interface DeliveryCancelled extends OfLeg {
  readonly at: string;
  readonly by: string;
}
export interface DeliveryFailedPermanently extends OfLeg {
  readonly reason: string;
  readonly at: string;
}

/** `sent`: taken by the provider on a channel where nobody ever says that a message arrived. */
export type SettledOutcome =
  | 'delivered'
  | 'sent'
  | 'bounced'
  | 'failed'
  | 'undelivered'
  | 'dropped'
  | 'assumed_sent'
  | 'skipped'
  | 'expired'
  | 'cancelled';

/** No further step of ours is pending. Later facts are still recorded. */
export interface OutreachSettled {
  readonly outcome: SettledOutcome;
  readonly at: string;
}
