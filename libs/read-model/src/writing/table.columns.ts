import type { LedgerBalanceRow, OpenReservationRow } from '../tables/ledger.tables.js';
import type {
  AttemptRow,
  DeliveryRow,
  FoldedStateRow,
  OutreachRow,
  TimelineRow,
  TimetableRow,
} from '../tables/read-model.tables.js';
import type { ConversionRow, RoutingHourRow } from '../tables/analytics.tables.js';
import type { DecisionRow } from '../tables/decision.tables.js';
import type { SuppressionRow } from '../tables/suppression.tables.js';

/** How rows of one table are written: every column, which of them name a row, and which keep what stands when nothing new is said. */
export interface TableWrite<Row extends object> {
  readonly table: string;
  readonly key: readonly (keyof Row & string)[];
  readonly columns: readonly (keyof Row & string)[];
  readonly sticky?: readonly (keyof Row & string)[];
}

/** Every column of a row, checked against its type. */
export const columnsOf = <Row extends object>(columns: Record<keyof Row & string, true>): (keyof Row & string)[] =>
  Object.keys(columns) as (keyof Row & string)[];

export const OUTREACH: TableWrite<OutreachRow> = {
  table: 'outreach',
  key: ['outreachId'],
  sticky: ['decidedAt', 'costMicros', 'costCurrency', 'confidence', 'settledAt', 'timeZone'],
  columns: columnsOf<OutreachRow>({
    outreachId: true,
    tenantId: true,
    personId: true,
    campaignKey: true,
    messageType: true,
    urgency: true,
    strategy: true,
    via: true,
    customerType: true,
    timeZone: true,
    state: true,
    channelUsed: true,
    acceptedAt: true,
    expiresAt: true,
    decidedAt: true,
    costMicros: true,
    costCurrency: true,
    confidence: true,
    sendAt: true,
    sentAt: true,
    deliveredAt: true,
    openedAt: true,
    clickedAt: true,
    respondedAt: true,
    settledAt: true,
    refusalStep: true,
    refusalReason: true,
    outcome: true,
    outcomeReason: true,
    revision: true,
    updatedPosition: true,
  }),
};

export const DELIVERY_STATUS: TableWrite<DeliveryRow> = {
  table: 'delivery_status',
  key: ['deliveryId'],
  columns: columnsOf<DeliveryRow>({
    deliveryId: true,
    outreachId: true,
    tenantId: true,
    leg: true,
    channel: true,
    state: true,
    attempts: true,
    retryCount: true,
    provider: true,
    providerMessageId: true,
    lastErrorCode: true,
    closedReason: true,
    sendAt: true,
    expiresAt: true,
    queuedAt: true,
    sentAt: true,
    deliveredAt: true,
    openedAt: true,
    readAt: true,
    clickedAt: true,
    repliedAt: true,
    bouncedAt: true,
    failedAt: true,
    complainedAt: true,
    unsubscribedAt: true,
    closedAt: true,
    updatedPosition: true,
  }),
};

export const OUTREACH_ATTEMPTS: TableWrite<AttemptRow> = {
  table: 'outreach_attempts',
  key: ['deliveryId', 'attempt'],
  columns: columnsOf<AttemptRow>({
    deliveryId: true,
    attempt: true,
    outreachId: true,
    tenantId: true,
    channel: true,
    state: true,
    provider: true,
    providerMessageId: true,
    startedAt: true,
    leaseUntil: true,
    answeredAt: true,
    unknownSince: true,
    class: true,
    code: true,
    assistedReason: true,
    assistedAt: true,
    assistedOutcome: true,
    assistedEndedAt: true,
    assistedEndedBy: true,
    assistedOpenedBy: true,
    assistedWorker: true,
    assistedClaimedUntil: true,
    assistedDespite: true,
    updatedPosition: true,
  }),
};

export const OUTREACH_EVENTS: TableWrite<TimelineRow> = {
  table: 'outreach_events',
  key: ['position'],
  columns: columnsOf<TimelineRow>({
    position: true,
    outreachId: true,
    tenantId: true,
    campaignKey: true,
    revision: true,
    eventId: true,
    eventType: true,
    transition: true,
    deliveryId: true,
    leg: true,
    channel: true,
    attempt: true,
    reason: true,
    occurredAt: true,
    recordedAt: true,
    eventData: true,
  }),
};

export const FOLDED_STATE: TableWrite<FoldedStateRow> = {
  table: 'folded_state',
  key: ['outreachId'],
  columns: columnsOf<FoldedStateRow>({
    outreachId: true,
    tenantId: true,
    revision: true,
    traceparent: true,
    state: true,
  }),
};

export const TIMETABLE: TableWrite<TimetableRow> = {
  table: 'timetable',
  key: ['deliveryId', 'kind'],
  columns: columnsOf<TimetableRow>({
    deliveryId: true,
    kind: true,
    outreachId: true,
    tenantId: true,
    leg: true,
    channel: true,
    attempt: true,
    urgency: true,
    urgencyRank: true,
    dueAt: true,
    wakeAt: true,
    wakes: true,
    lastWakeAt: true,
  }),
};

export const OPEN_RESERVATIONS: TableWrite<OpenReservationRow> = {
  table: 'open_reservations',
  key: ['stream', 'key'],
  columns: columnsOf<OpenReservationRow>({
    stream: true,
    key: true,
    tenantId: true,
    outreachId: true,
    kind: true,
    amount: true,
    reservedAt: true,
    updatedPosition: true,
  }),
};

export const LEDGER_BALANCES: TableWrite<LedgerBalanceRow> = {
  table: 'ledger_balances',
  key: ['stream'],
  columns: columnsOf<LedgerBalanceRow>({
    stream: true,
    tenantId: true,
    kind: true,
    campaignKey: true,
    day: true,
    limitAmount: true,
    limitVersion: true,
    reserved: true,
    spent: true,
    variance: true,
    updatedPosition: true,
  }),
};

export const SUPPRESSIONS: TableWrite<SuppressionRow> = {
  table: 'suppressions',
  key: ['fingerprint', 'reason'],
  columns: columnsOf<SuppressionRow>({
    fingerprint: true,
    reason: true,
    tenantId: true,
    channel: true,
    mask: true,
    suppressedAt: true,
    liftedAt: true,
    saidBy: true,
    note: true,
    revision: true,
    updatedPosition: true,
  }),
};

export const ROUTING_HOURS: TableWrite<RoutingHourRow> = {
  table: 'routing_hours',
  key: ['tenantId', 'hour', 'campaignKey', 'measure', 'channel', 'place', 'step', 'reason'],
  columns: columnsOf<RoutingHourRow>({
    tenantId: true,
    hour: true,
    campaignKey: true,
    measure: true,
    channel: true,
    place: true,
    step: true,
    reason: true,
    count: true,
  }),
};

export const CONVERSIONS: TableWrite<ConversionRow> = {
  table: 'conversions',
  key: ['outreachId', 'conversionKey'],
  columns: columnsOf<ConversionRow>({
    outreachId: true,
    conversionKey: true,
    tenantId: true,
    campaignKey: true,
    kind: true,
    valueMicros: true,
    currency: true,
    occurredAt: true,
    recordedAt: true,
    updatedPosition: true,
  }),
};

export const DECISIONS: TableWrite<DecisionRow> = {
  table: 'decisions',
  key: ['outreachId'],
  columns: columnsOf<DecisionRow>({
    outreachId: true,
    tenantId: true,
    campaignKey: true,
    decidedAt: true,
    costMicros: true,
    record: true,
    updatedPosition: true,
  }),
};
