import type {
  AttemptRow,
  DeliveryRow,
  FoldedStateRow,
  OutreachRow,
  TimelineRow,
  TimetableRow,
} from '../tables/read-model.tables.js';
import type { DecisionRow } from '../tables/decision.tables.js';
import type { ConversionRow, RoutingHourRow } from '../tables/analytics.tables.js';
import type { SuppressionRow } from '../tables/suppression.tables.js';
import type { ConsentWordRow } from '../tables/consent.tables.js';
import { keptSlotsOf } from '@homing/domain';
import { consentRows } from './consent.projection.js';
import { decisionRows } from './decision.projection.js';
import { attemptRows, deliveryRows } from './delivery.projection.js';
import { conversionRow } from './conversion.projection.js';
import { LedgerFold, type LedgerChanges } from './ledger.projection.js';
import { foldNext, type FoldedOutreach } from './outreach.fold.js';
import { marksOf, outreachRow, timetableRows, type OutreachMarks } from './outreach.projection.js';
import { RoutingFold } from './routing.projection.js';
import { sendBatchRows, type SendBatchRows } from './send-batch.projection.js';
import { outreachStreamEvent, type OutreachStreamEvent, type StoredEvent } from './stored-event.js';
import { suppressionRows } from './suppression.projection.js';
import { timelineRow } from './timeline.projection.js';

/** What a batch of events changes, as values. */
export interface BatchChanges {
  readonly outreach: readonly OutreachRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly attempts: readonly AttemptRow[];
  /** In order of position. */
  readonly timeline: readonly TimelineRow[];
  readonly decisions: readonly DecisionRow[];
  readonly folded: readonly FoldedStateRow[];
  /** Every entry of the outreach named in `folded`; entries of theirs that are not here are gone. */
  readonly timetable: readonly TimetableRow[];
  readonly ledgers: LedgerChanges;
  readonly suppressions: readonly SuppressionRow[];
  readonly consents: readonly ConsentWordRow[];
  /** Counts are differences, to be added to what stands. */
  readonly routing: readonly RoutingHourRow[];
  readonly conversions: readonly ConversionRow[];
  /** Calls with many recipients. */
  readonly sendBatches: SendBatchRows;
}

/** The outreach whose state must be at hand before `projectBatch`. */
export function outreachIdsOf(events: readonly StoredEvent[]): string[] {
  return [...new Set(outreachEvents(events).map((event) => event.outreachId))];
}

/**
 * Events -> row changes. Pure: the same events on the same states give the same rows. Events of other streams and of types
 * this version does not know are passed over.
 * @param known the states before the batch of those named by `outreachIdsOf`; an absent one has no events yet
 * @throws RevisionGapError
 */
export function projectBatch(events: readonly StoredEvent[], known: ReadonlyMap<string, FoldedOutreach>): BatchChanges {
  const touched = new Map<string, Touched>();
  const timeline: TimelineRow[] = [];
  const decisions: DecisionRow[] = [];
  const ledgers = new LedgerFold();
  const routing = new RoutingFold();
  const conversions: ConversionRow[] = [];
  for (const stored of events) {
    ledgers.add(stored);
    const event = outreachStreamEvent(stored);
    if (!event) continue;
    const before = touched.get(event.outreachId);
    const earlier = before?.outreach ?? known.get(event.outreachId);
    const after = foldNext(earlier, event);
    const marks = { ...before?.marks, ...(event.known ? marksOf(event.known) : {}) };
    touched.set(event.outreachId, { outreach: after, marks, position: event.position });
    if (isKnown(event)) {
      timeline.push(timelineRow(event, after));
      routing.add(event.known, earlier?.state, after);
      decisions.push(...decisionRows(event, after));
    }
    if (event.known?.type === 'ConversionReported') conversions.push(conversionRow(event, event.known.data, after));
    if (event.type === 'OutreachSettled') for (const slot of keptSlotsOf(after.state)) ledgers.close(slot);
  }
  const all = [...touched.values()];
  const rows = all.map(rowsOf);
  return {
    outreach: rows.flatMap((each) => each.outreach),
    deliveries: rows.flatMap((each) => each.deliveries),
    attempts: rows.flatMap((each) => each.attempts),
    timeline,
    decisions,
    folded: all.map(({ outreach }) => outreach),
    timetable: all.flatMap(({ outreach }) => timetableRows(outreach)),
    ledgers: ledgers.changes,
    suppressions: suppressionRows(events),
    consents: consentRows(events),
    routing: routing.changes,
    conversions,
    sendBatches: sendBatchRows(events),
  };
}

interface Touched {
  readonly outreach: FoldedOutreach;
  readonly marks: OutreachMarks;
  readonly position: bigint;
}

function rowsOf({ outreach, marks, position }: Touched): Pick<BatchChanges, 'outreach' | 'deliveries' | 'attempts'> {
  const { state } = outreach;
  if (state.status === 'none') return { outreach: [], deliveries: [], attempts: [] };
  const known = { ...outreach, state };
  const deliveries = deliveryRows(known, position);
  return {
    outreach: [outreachRow(known, { marks, deliveries, position })],
    deliveries,
    attempts: attemptRows(known, position),
  };
}

const outreachEvents = (events: readonly StoredEvent[]): OutreachStreamEvent[] =>
  events.map(outreachStreamEvent).filter((event) => event !== undefined);

const isKnown = (
  event: OutreachStreamEvent,
): event is OutreachStreamEvent & Required<Pick<OutreachStreamEvent, 'known'>> => event.known !== undefined;
