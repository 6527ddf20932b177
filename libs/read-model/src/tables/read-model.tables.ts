import type { Channel, OutreachEvent, SettledOutcome, Strategy, Urgency } from '@homing/contracts';
import type { LedgerBalanceRow, OpenReservationRow } from './ledger.tables.js';
import type { DecisionRow } from './decision.tables.js';
import type { BatchItemRow, BatchRow } from './batch.tables.js';
import type { SuppressionRow } from './suppression.tables.js';
import type { ConsentWordRow } from './consent.tables.js';
import type { ConversionRow, RoutingHourRow } from './analytics.tables.js';
import type { LeadRow } from './lead.tables.js';
import type { AssistedTaskRow } from './assisted.tables.js';
import type { AttemptState, DeliveryState, OutreachState, OutreachStateName, TimetableEntry } from '@homing/domain';

/**
 * The rows of the read model as code sees them: columns are snake_case in Postgres and camelCase here, instants are ISO 8601
 * UTC text with milliseconds, positions and revisions are bigint. No row holds personal data.
 */
export interface ReadModelTables {
  checkpoint: CheckpointRow;
  projectionProgress: ProgressRow;
  storeMark: StoreMarkRow;
  outreach: OutreachRow;
  deliveryStatus: DeliveryRow;
  outreachAttempts: AttemptRow;
  outreachEvents: TimelineRow;
  foldedState: FoldedStateRow;
  timetable: TimetableRow;
  unknownOutcomes: UnknownOutcomeRow;
  assistedTasks: AssistedTaskRow;
  sendHours: SendHourRow;
  openReservations: OpenReservationRow;
  ledgerBalances: LedgerBalanceRow;
  suppressions: SuppressionRow;
  consentWords: ConsentWordRow;
  routingHours: RoutingHourRow;
  conversions: ConversionRow;
  leads: LeadRow;
  decisions: DecisionRow;
  batches: BatchRow;
  batchItems: BatchItemRow;
}

/** ISO 8601, UTC, milliseconds. */
export type Instant = string;

/** How far one reader has come. `epoch` grows with every takeover and fences the writers before it. */
export interface CheckpointRow {
  readonly name: string;
  readonly position: bigint;
  readonly epoch: bigint;
  readonly updatedAt: Instant;
}

/**
 * Where one reader of the store stands, as it said last. The clock is the database's own, so ages are `now()` minus these. Rows are
 * as new as `caughtUpAt`, at most so old; a `beatAt` of more than 15 s ago is a reader that is gone or cannot write.
 */
export interface ProgressRow {
  readonly name: string;
  readonly position: bigint;
  /** End of what it reads, as it saw it last. */
  readonly head: bigint;
  /** Everything recorded before this instant is in; null when it never was. */
  readonly caughtUpAt: Instant | null;
  /** When `position` moved last. */
  readonly movedAt: Instant;
  /** Code of what stops it; null: nothing. `STALLED`: there is more to read and it does not move, for no reason it knows. */
  readonly trouble: string | null;
  /** Instance that leads. */
  readonly leader: string;
  readonly epoch: bigint;
  readonly beatAt: Instant;
}

/** `StoreMark` as a row. */
export interface StoreMarkRow {
  readonly name: string;
  readonly generation: number;
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly recordedAt: Instant;
  readonly missingSince: Instant | null;
}

export interface OutreachRow {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly campaignKey: string | null;
  readonly messageType: string;
  readonly urgency: Urgency;
  readonly strategy: Strategy;
  readonly via: 'bus' | 'api';
  readonly customerType: string | null;
  /** IANA zone the person's clock is read by: their own, else the one the decision went by; null where none is known. */
  readonly timeZone: string | null;
  readonly state: OutreachStateName;
  readonly channelUsed: Channel | null;
  readonly acceptedAt: Instant;
  readonly expiresAt: Instant;
  readonly decidedAt: Instant | null;
  readonly costMicros: bigint | null;
  readonly costCurrency: string | null;
  /** 0..1 */
  readonly confidence: number | null;
  /** Planned instant of the first leg. */
  readonly sendAt: Instant | null;
  readonly sentAt: Instant | null;
  readonly deliveredAt: Instant | null;
  readonly openedAt: Instant | null;
  readonly clickedAt: Instant | null;
  readonly respondedAt: Instant | null;
  readonly settledAt: Instant | null;
  readonly refusalStep: string | null;
  readonly refusalReason: string | null;
  readonly outcome: SettledOutcome | null;
  /** Why nothing (more) was sent: of the last leg that was closed or rejected. */
  readonly outcomeReason: string | null;
  readonly revision: bigint;
  readonly updatedPosition: bigint;
}

export interface DeliveryRow {
  readonly deliveryId: string;
  readonly outreachId: string;
  readonly tenantId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Attempts after the first. */
  readonly retryCount: number;
  readonly provider: string;
  /** Of the last attempt that has one. */
  readonly providerMessageId: string | null;
  readonly lastErrorCode: string | null;
  readonly closedReason: string | null;
  readonly sendAt: Instant | null;
  readonly expiresAt: Instant;
  readonly queuedAt: Instant | null;
  readonly sentAt: Instant | null;
  readonly deliveredAt: Instant | null;
  readonly openedAt: Instant | null;
  readonly readAt: Instant | null;
  readonly clickedAt: Instant | null;
  readonly repliedAt: Instant | null;
  readonly bouncedAt: Instant | null;
  readonly failedAt: Instant | null;
  readonly complainedAt: Instant | null;
  readonly unsubscribedAt: Instant | null;
  readonly closedAt: Instant | null;
  readonly updatedPosition: bigint;
}

export interface AttemptRow {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly outreachId: string;
  readonly tenantId: string;
  readonly channel: Channel;
  readonly state: AttemptState;
  readonly provider: string;
  readonly providerMessageId: string | null;
  readonly startedAt: Instant;
  readonly leaseUntil: Instant;
  readonly answeredAt: Instant | null;
  readonly unknownSince: Instant | null;
  /** A rejection's class, or of a bounce `hard` or `soft`. */
  readonly class: string | null;
  readonly code: string | null;
  /** Why a person was asked to make it; null where none was. */
  readonly assistedReason: string | null;
  readonly assistedAt: Instant | null;
  readonly assistedOutcome: AssistedTaskRow['state'] | null;
  readonly assistedEndedAt: Instant | null;
  /** The key that said so. */
  readonly assistedEndedBy: string | null;
  readonly assistedOpenedBy: string | null;
  readonly assistedWorker: string | null;
  readonly assistedClaimedUntil: Instant | null;
  readonly assistedDespite: string | null;
  readonly updatedPosition: bigint;
}

/** One recorded event: the timeline of an outreach, and by position the live feed of a tenant. */
export interface TimelineRow {
  readonly position: bigint;
  readonly outreachId: string;
  readonly tenantId: string;
  readonly campaignKey: string | null;
  readonly revision: bigint;
  readonly eventId: string;
  readonly eventType: OutreachEvent['type'];
  /** As integration events name it: `sent`, `opened`, `refused` ... */
  readonly transition: string;
  readonly deliveryId: string | null;
  readonly leg: number | null;
  readonly channel: Channel | null;
  readonly attempt: number | null;
  readonly reason: string | null;
  /** When it happened, as stated by whoever saw it. */
  readonly occurredAt: Instant;
  /** When the store took it. */
  readonly recordedAt: Instant;
  /** The event's data as stored. */
  readonly eventData: OutreachEvent['data'];
}

/** For set-wise reads by those who decide: stale only costs them a conflict. */
export interface FoldedStateRow {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly revision: bigint;
  /** W3C trace context of the stream's first event. */
  readonly traceparent: string | null;
  readonly state: OutreachState;
}

export type TimetableKind = TimetableEntry['kind'];

/** What is to be done when. `wakeAt`, `wakes` and `lastWakeAt` are the scheduler's own marks, not made from events. */
export interface TimetableRow {
  readonly deliveryId: string;
  readonly kind: TimetableKind;
  readonly outreachId: string;
  readonly tenantId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly attempt: number;
  readonly urgency: Urgency;
  /** 0 critical .. 3 low. */
  readonly urgencyRank: number;
  readonly dueAt: Instant;
  /** Not before this instant again: `dueAt`, and after a wake the instant that was given with it. */
  readonly wakeAt: Instant;
  readonly wakes: number;
  readonly lastWakeAt: Instant | null;
}

/** Attempts whose outcome is open now. */
export interface UnknownOutcomeRow {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly outreachId: string;
  readonly tenantId: string;
  readonly channel: Channel;
  readonly provider: string;
  readonly providerMessageId: string | null;
  readonly startedAt: Instant;
  readonly unknownSince: Instant;
  readonly updatedPosition: bigint;
  /** When its provider is asked, or given it again under its key, next; null where neither is possible. */
  readonly nextLookUpAt: Instant | null;
  /** When it will be taken for sent. */
  readonly assumedSentAt: Instant | null;
}

/** A message that a provider took. */
export interface SendHourRow {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly deliveryId: string;
  readonly campaignKey: string | null;
  readonly channel: Channel;
  readonly customerType: string | null;
  readonly timeZone: string | null;
  readonly startedAt: Instant;
  /** 0 (Monday, midnight) to 167, by the person's clock; null where their zone is not known. */
  readonly hourOfWeek: number | null;
  readonly delivered: boolean;
  /** A person opened, read, clicked or answered it. */
  readonly engaged: boolean;
}
