import { outreachIdOfStream, type OutreachEvent, type OutreachEventType } from '@homing/contracts';

/** An event as any store hands it over: what projections need of it. */
export interface StoredEvent {
  readonly stream: string;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: { readonly tenantId: string; readonly recordedAt: string; readonly traceparent?: string };
  readonly revision: bigint;
  readonly position: bigint;
  readonly created: Date;
}

/** An event of an outreach's stream. `known` is absent for a type that a newer version wrote: it counts, but says nothing here. */
export interface OutreachStreamEvent extends StoredEvent {
  readonly outreachId: string;
  readonly known?: OutreachEvent;
}

const TYPES: Readonly<Record<OutreachEventType, true>> = {
  OutreachAbandoned: true,
  OutreachRequested: true,
  OutreachDecided: true,
  OutreachRefused: true,
  DeliveryScheduled: true,
  AttemptStarted: true,
  AttemptAccepted: true,
  AttemptRejected: true,
  AttemptOutcomeUnknown: true,
  AttemptResendStarted: true,
  UnknownOutcomeSettled: true,
  AttemptAssumedSent: true,
  AssistanceRequested: true,
  AssistedTaskOpened: true,
  AssistedTaskDone: true,
  ProviderFactRecorded: true,
  RetryScheduled: true,
  CancellationRequested: true,
  DeliveryRescheduled: true,
  BookingAbandoned: true,
  DeliverySkipped: true,
  DeliveryExpired: true,
  DeliveryCancelled: true,
  DeliveryFailedPermanently: true,
  ConversionReported: true,
  DeliveryGivenUp: true,
  FallbackPlanned: true,
  StepPassedOver: true,
  OutreachSettled: true,
};
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The event as one of an outreach, or undefined when its stream is none of ours. */
export function outreachStreamEvent(event: StoredEvent): OutreachStreamEvent | undefined {
  const outreachId = outreachIdOfStream(event.stream);
  if (outreachId === undefined || !UUID.test(outreachId)) return undefined;
  if (!Object.hasOwn(TYPES, event.type)) return { ...event, outreachId };
  return { ...event, outreachId, known: { type: event.type, data: event.data } as OutreachEvent };
}
