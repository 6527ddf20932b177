import type { Explanation, OutreachEvent } from '@homing/contracts';
import { outreachView, timetableOf, type KnownOutreach } from '@homing/domain';
import type { DeliveryRow, OutreachRow, TimetableRow } from '../tables/read-model.tables.js';
import { earliest, instant, instantOrNull } from './instant.js';
import type { FoldedOutreach } from './outreach.fold.js';

type Folded = FoldedOutreach & { readonly state: KnownOutreach };

/** What only the event says and the folded state does not keep. Absent fields leave the stored row's as they are. */
export type OutreachMarks = Partial<
  Pick<OutreachRow, 'decidedAt' | 'costMicros' | 'costCurrency' | 'confidence' | 'settledAt' | 'timeZone'>
>;

export function marksOf(event: OutreachEvent): OutreachMarks {
  switch (event.type) {
    case 'OutreachDecided': {
      const { explanation, cost, confidence } = event.data;
      const { micros, currency: costCurrency } = cost;
      const decidedAt = instantOrNull(explanation.decidedAt);
      return { decidedAt, costMicros: BigInt(micros), costCurrency, confidence, ...zoneOf(explanation) };
    }
    case 'OutreachRefused':
      return { decidedAt: instantOrNull(event.data.decidedAt) };
    case 'OutreachSettled':
      return { settledAt: instantOrNull(event.data.at) };
    default:
      return {};
  }
}

/** The zone a decision went by where it was somebody's setting. */
function zoneOf({ steps }: Explanation): Pick<OutreachMarks, 'timeZone'> {
  const { zone, zoneOf: owner } = steps.find(({ step }) => step === 'send_time')?.facts ?? {};
  return typeof zone === 'string' && owner !== 'product' && owner !== undefined ? { timeZone: zone } : {};
}

export interface OutreachParts {
  readonly marks: OutreachMarks;
  readonly deliveries: readonly DeliveryRow[];
  readonly position: bigint;
}

export function outreachRow(outreach: Folded, { marks, deliveries, position }: OutreachParts): OutreachRow {
  const { outreachId, tenantId, revision, state } = outreach;
  const { request, refusal, outcome } = state;
  const view = outreachView(state);
  const first = (pick: (delivery: DeliveryRow) => string | null): string | null => earliest(...deliveries.map(pick));
  const expiresAt = instant(request.expiresAt, LAST_DAY);
  return {
    outreachId,
    tenantId,
    personId: request.personId,
    campaignKey: request.campaignKey ?? null,
    messageType: request.messageType,
    urgency: request.urgency,
    strategy: request.strategy,
    via: request.via,
    customerType: request.customerType ?? null,
    timeZone: request.timeZone ?? marks.timeZone ?? null,
    state: view.state,
    channelUsed: view.channelUsed ?? null,
    acceptedAt: instant(request.acceptedAt, expiresAt),
    expiresAt,
    decidedAt: marks.decidedAt ?? null,
    costMicros: marks.costMicros ?? null,
    costCurrency: marks.costCurrency ?? null,
    confidence: marks.confidence ?? null,
    sendAt: deliveries[0]?.sendAt ?? null,
    sentAt: first((d) => earliest(d.queuedAt, d.sentAt)),
    deliveredAt: first((d) => d.deliveredAt),
    openedAt: first((d) => earliest(d.openedAt, d.readAt)),
    clickedAt: first((d) => d.clickedAt),
    respondedAt: first((d) => d.repliedAt),
    settledAt: marks.settledAt ?? null,
    refusalStep: refusal?.step ?? null,
    refusalReason: refusal?.reason ?? null,
    outcome: outcome ?? null,
    // Cancelled before it was decided it has no delivery that could say why.
    outcomeReason: ENDED.has(view.state) ? (whyEnded(deliveries) ?? state.cancellation?.by ?? null) : null,
    revision,
    updatedPosition: position,
  };
}

const LAST_DAY = '9999-12-31T23:59:59.999Z';
const ENDED: ReadonlySet<string> = new Set(['bounced', 'failed', 'skipped', 'expired', 'cancelled']);

const whyEnded = (deliveries: readonly DeliveryRow[]): string | null =>
  deliveries.map((delivery) => delivery.lastErrorCode ?? delivery.closedReason).findLast((reason) => reason !== null) ??
  null;

const URGENCY_RANK = { critical: 0, high: 1, normal: 2, low: 3 } as const;

export function timetableRows({ outreachId, tenantId, state }: FoldedOutreach): TimetableRow[] {
  return timetableOf(state).map(({ deliveryId, kind, leg, channel, attempt, urgency, dueAt: due }) => {
    const dueAt = instant(due, LAST_DAY);
    const scheduler = { wakeAt: dueAt, wakes: 0, lastWakeAt: null };
    const urgencyRank = URGENCY_RANK[urgency];
    return { deliveryId, kind, outreachId, tenantId, leg, channel, attempt, urgency, urgencyRank, dueAt, ...scheduler };
  });
}
