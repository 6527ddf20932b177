import { transitionOf, type OutreachEvent } from '@homing/contracts';
import type { TimelineRow } from '../tables/read-model.tables.js';
import { instant } from './instant.js';
import type { FoldedOutreach } from './outreach.fold.js';
import type { OutreachStreamEvent } from './stored-event.js';

/** One event as a row of the timeline; `after` is the outreach with this event in it. */
export function timelineRow(event: OutreachStreamEvent & { known: OutreachEvent }, after: FoldedOutreach): TimelineRow {
  const { known, outreachId, position, revision, id, metadata, created } = event;
  const { data } = known;
  const recordedAt = created.toISOString();
  const ofLeg = 'deliveryId' in data ? data : undefined;
  return {
    position,
    outreachId,
    tenantId: after.tenantId,
    campaignKey: after.state.status === 'none' ? null : (after.state.request.campaignKey ?? null),
    revision,
    eventId: id,
    eventType: known.type,
    transition: transitionOf(known),
    deliveryId: ofLeg?.deliveryId ?? null,
    leg: ofLeg?.leg ?? null,
    channel: ofLeg?.channel ?? null,
    attempt: ofLeg && 'attempt' in ofLeg ? ofLeg.attempt : null,
    reason: reasonOf(known),
    occurredAt: instant(occurredAt(known), instant(metadata.recordedAt, recordedAt)),
    recordedAt,
    eventData: data,
  };
}

/** When it happened, where the event itself says so. */
function occurredAt(event: OutreachEvent): string | undefined {
  switch (event.type) {
    case 'OutreachRequested':
    case 'AttemptAccepted':
      return event.data.acceptedAt;
    case 'OutreachDecided':
      return event.data.explanation.decidedAt;
    case 'OutreachRefused':
      return event.data.decidedAt;
    case 'AttemptStarted':
    case 'AttemptResendStarted':
      return event.data.startedAt;
    case 'AttemptRejected':
      return event.data.rejectedAt;
    case 'AssistanceRequested':
      return event.data.requestedAt;
    case 'AttemptOutcomeUnknown':
      return event.data.since;
    case 'ProviderFactRecorded':
    case 'ConversionReported':
      return event.data.occurredAt;
    case 'DeliveryScheduled':
    case 'RetryScheduled':
    case 'DeliveryRescheduled':
      return undefined;
    default:
      return event.data.at;
  }
}

/** The short code that says why; never prose. */
function reasonOf(event: OutreachEvent): string | null {
  switch (event.type) {
    case 'OutreachRefused':
    case 'AttemptOutcomeUnknown':
    case 'DeliverySkipped':
    case 'DeliveryGivenUp':
    case 'StepPassedOver':
    case 'DeliveryFailedPermanently':
    case 'AssistanceRequested':
      return event.data.reason;
    case 'AssistedTaskDone':
      return event.data.despite === undefined ? event.data.outcome : `despite:${event.data.despite}`;
    case 'AssistedTaskOpened':
      return event.data.by;
    case 'AttemptRejected':
      return event.data.code;
    case 'UnknownOutcomeSettled':
      return event.data.via;
    case 'ProviderFactRecorded':
      return event.data.code ?? event.data.unknownEvent ?? null;
    case 'RetryScheduled':
    case 'DeliveryRescheduled':
    case 'FallbackPlanned':
      return event.data.because;
    case 'CancellationRequested':
    case 'DeliveryCancelled':
      return event.data.by;
    case 'OutreachSettled':
      return event.data.outcome;
    case 'ConversionReported':
      return event.data.kind;
    case 'OutreachAbandoned':
    case 'BookingAbandoned':
    case 'OutreachRequested':
    case 'OutreachDecided':
    case 'DeliveryScheduled':
    case 'AttemptStarted':
    case 'AttemptAccepted':
    case 'AttemptResendStarted':
    case 'AttemptAssumedSent':
    case 'DeliveryExpired':
      return null;
  }
}
