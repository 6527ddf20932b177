import type {
  AssistedOutcome,
  Chain,
  Channel,
  LegBooking,
  OutreachRefused,
  OutreachRequested,
  PlannedLeg,
  ConversionReported,
  ProviderFact,
  Recourse,
  RejectionClass,
  SettledOutcome,
  UnknownOutcomeSettled,
} from '@homing/contracts';

/**
 * One outreach, folded from its stream. Plain JSON: it travels in dispatch messages and rests in `folded_state`.
 * Streams written by a newer version may hold more; nothing here may rely on a field that an older fold did not set.
 */
export type OutreachState = UndecidedOutreach | KnownOutreach;

/** Nothing stands in its stream but, perhaps, rounds of deciding that were abandoned. */
export interface UndecidedOutreach {
  readonly status: 'none';
  readonly abandoned?: number;
}

export interface KnownOutreach {
  readonly status: 'requested' | 'refused' | 'active' | 'settled';
  readonly request: OutreachRequested;
  readonly refusal?: Pick<OutreachRefused, 'step' | 'reason'>;
  readonly deliveries: readonly Delivery[];
  readonly outcome?: SettledOutcome;
  /** As pinned by the decision. `passed`: the steps that were passed over. `cancelled`: some of them because somebody wanted nothing further. */
  readonly chain?: Chain & { readonly passed: readonly number[]; readonly cancelled?: true };
  /** By leg that has no delivery yet: bookings of it that were abandoned. */
  readonly fences?: Readonly<Record<number, number>>;
  /** Nothing further is to start. */
  readonly cancellation?: { readonly by: string; readonly at: string };
  /** In the order they came. */
  readonly conversions?: readonly (Pick<ConversionReported, 'kind' | 'value' | 'occurredAt'> & {
    readonly key: string;
  })[];
}

/** One channel's delivery (a leg). Exactly one attempt of it may be on its way at a time. */
export interface Delivery {
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly plan: PlannedLeg;
  readonly expiresAt: string;
  readonly attempts: readonly Attempt[];
  /** The attempt that is to be started, and when. Absent while one is on its way or nothing is to come. */
  readonly next?: {
    readonly attempt: number;
    readonly at: string;
    /** Booked until; later it is booked anew. */ readonly until?: string;
  };
  /** What the next attempt, else the last one, holds in the books. */
  readonly booking?: LegBooking;
  /** Bookings of it that were abandoned: an answer of the books from before the last one is void. */
  readonly fence?: number;
  /** Every stream that ever held a reservation for it. */
  readonly ledgers?: readonly string[];
  /** By ledger: the serial of the reservation for each charge, in their order; 0 or absent where none is known. */
  readonly serials?: Readonly<Record<string, readonly number[]>>;
  /** It followed another leg: whoever planned it does not dispatch it. */
  readonly follows?: true;
  readonly closed?: {
    readonly kind: 'skipped' | 'expired' | 'cancelled' | 'permanent_failed' | 'assumed_sent' | 'given_up';
    readonly reason: string;
    readonly at: string;
  };
}

export interface Attempt {
  readonly attempt: number;
  readonly claimId: string;
  readonly provider: string;
  readonly startedAt: string;
  readonly leaseUntil: string;
  readonly answer?: Answer;
  readonly unknownSince?: string;
  readonly recourse?: Recourse;
  /** The last re-send under the attempt's own key; `count` is how many there were. */
  readonly resend?: { readonly claimId: string; readonly leaseUntil: string; readonly count: number };
  /** How it came to light what became of it while its outcome was unknown. */
  readonly settled?: Pick<UnknownOutcomeSettled, 'outcome' | 'via' | 'providerMessageId' | 'at'>;
  readonly assumedSentAt?: string;
  /** A person was asked to send it. Without an end it waits for them; `withdrawn`: its delivery was closed meanwhile. */
  readonly assistance?: {
    readonly reason: string;
    readonly at: string;
    /** Who was shown the text, last. */
    readonly openedBy?: string;
    /** Who has it in hand, and until when. */
    readonly claim?: { readonly worker: string; readonly by: string; readonly until: string };
    readonly end?: {
      readonly outcome: AssistedOutcome | 'withdrawn';
      readonly at: string;
      readonly by?: string;
      readonly key?: string;
      /** Sent although nobody was to: why not. */
      readonly despite?: string;
      /** Said after its delivery had been closed: what it held had been given back. */
      readonly late?: true;
    };
  };
  readonly facts: readonly ProviderFact[];
}

export type Answer =
  | { readonly kind: 'accepted'; readonly providerMessageId: string; readonly at: string }
  | {
      readonly kind: 'rejected';
      readonly class: RejectionClass;
      readonly code: string;
      readonly retryAfterSeconds?: number;
      readonly at: string;
    };

export const emptyOutreach: OutreachState = { status: 'none' };

export const deliveryOf = (state: OutreachState, leg: number): Delivery | undefined =>
  state.status === 'none' ? undefined : state.deliveries.find((delivery) => delivery.leg === leg);

export const lastAttemptOf = (delivery: Delivery): Attempt | undefined => delivery.attempts.at(-1);

/** The provider's id of an attempt, once it is known. */
export const providerMessageIdOf = ({ answer, settled }: Attempt): string | undefined =>
  answer?.kind === 'accepted' ? answer.providerMessageId : settled?.providerMessageId;
/** The round of deciding that is on, from 1. */
export const roundOf = (state: OutreachState): number =>
  state.status === 'none' ? (state.abandoned ?? 0) + 1 : (state.deliveries[0]?.plan.booking?.round ?? 1);
