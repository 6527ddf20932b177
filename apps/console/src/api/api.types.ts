import type {
  AssistedText,
  Channel,
  ExcludedChannel,
  FieldFault,
  Money,
  OutreachTransition,
  RankedChannel,
  SelectionRecord,
  StepTrace,
} from '@homing/contracts';

/** What the API answers, as its OpenAPI document states it. */
export interface ListedOutreach {
  readonly outreachId: string;
  readonly state: string;
  readonly recipient: { readonly contacts: readonly MaskedContact[]; readonly erased?: boolean };
  readonly channelUsed?: Channel;
  readonly messageType?: string;
  readonly urgency?: string;
  readonly strategy?: string;
  readonly via?: 'bus' | 'api';
  readonly acceptedAt?: string;
  readonly decidedAt?: string;
  readonly sendAt?: string;
  readonly sentAt?: string;
  readonly deliveredAt?: string;
  readonly openedAt?: string;
  readonly clickedAt?: string;
  readonly respondedAt?: string;
  readonly settledAt?: string;
  readonly expiresAt?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly confidence?: number;
  readonly cost?: Money;
}

export interface MaskedContact {
  readonly channel: Channel;
  readonly mask: string;
}

export interface OutreachPage {
  readonly items: readonly ListedOutreach[];
  readonly nextCursor?: string;
}

export interface ShownOutreach extends ListedOutreach {
  readonly deliveries: readonly ShownDelivery[];
  readonly timeline: readonly ShownEvent[];
  readonly explanation: ShownExplanation | null;
}

export interface ShownDelivery {
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly state: string;
  readonly retryCount: number;
  readonly provider?: string;
  readonly sendAt?: string;
  readonly expiresAt?: string;
  readonly closedReason?: string;
  readonly attempts: readonly ShownAttempt[];
}

export interface ShownAttempt {
  readonly attempt: number;
  readonly state: string;
  readonly provider: string;
  readonly startedAt: string;
  readonly providerMessageId?: string;
  readonly answeredAt?: string;
  readonly unknownSince?: string;
  readonly class?: string;
  readonly code?: string;
}

export interface ShownEvent {
  readonly position: string;
  readonly transition: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly channel?: Channel;
  readonly attempt?: number;
  readonly reason?: string;
  readonly code?: string;
  readonly class?: string;
  readonly subtype?: string;
  readonly machine?: boolean;
  readonly provider?: string;
  readonly via?: string;
  readonly note?: string;
}

export interface UnknownOutcome {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly outreachId: string;
  readonly channel: Channel;
  readonly provider: string;
  readonly startedAt: string;
  readonly unknownSince: string;
  readonly ageSeconds: number;
  /** What ends it by itself. */
  readonly settles: { readonly nextLookUpAt?: string; readonly assumedSentAt?: string };
}

export interface UnknownOutcomePage {
  readonly items: readonly UnknownOutcome[];
  readonly nextCursor?: string;
}

/** A message that a person is to send by hand; to whom and what is shown to whoever opens it. */
export interface AssistedTask {
  readonly id: string;
  readonly outreachId: string;
  readonly channel: Channel;
  readonly provider: string;
  readonly reason: string;
  readonly state: 'open' | 'sent' | 'not_sent' | 'declined' | 'withdrawn';
  readonly requestedAt: string;
  readonly expiresAt: string;
  /** Who has it in hand, in their own word. */
  readonly worker?: string;
  readonly claimedUntil?: string;
  readonly endedAt?: string;
  readonly closedReason?: string;
  readonly despite?: string;
}

export interface AssistedTaskPage {
  readonly items: readonly AssistedTask[];
  readonly nextCursor?: string;
}

/** PERSONAL: it is kept in this page's memory only. */
export interface OpenedTask extends AssistedTask {
  /** Absent: it is open no more. */
  readonly message?: AssistedText;
}

/** What somebody says became of a task. */
export interface TaskWord {
  readonly outcome: 'sent' | 'not_sent' | 'declined';
  readonly note?: string;
}

export interface TaskResult {
  readonly state: TaskWord['outcome'];
  /** Sent although nobody was to any more: why not. */
  readonly despite?: string;
}

/** `accepted`: it will be done; what came of it shows by itself. */
export interface Cancellation {
  readonly status: 'cancelled' | 'nothing_to_cancel' | 'accepted';
}

/** What an operator knows of an attempt. */
export interface Settlement {
  readonly outcome: 'sent' | 'not_sent';
  readonly providerMessageId?: string;
  readonly note?: string;
}

export interface ShownExplanation {
  readonly sentence: string;
  readonly policyVersion: string;
  readonly decidedAt: string;
  readonly steps: readonly StepTrace[];
  readonly ranked: readonly RankedChannel[];
  readonly excluded: readonly ExcludedChannel[];
  /** Absent in decisions before scores had factors. */
  readonly selection?: SelectionRecord;
  readonly refusal?: { readonly step: string; readonly reason: string };
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
}

export type Transition = OutreachTransition;
