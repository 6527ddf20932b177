import type { OutreachEvent } from './outreach-events.js';

/** The name of one appended event as integration events and timelines call it (`event.outreach.<transition>`). */
export function transitionOf(event: OutreachEvent): string {
  switch (event.type) {
    case 'OutreachAbandoned':
      return 'abandoned';
    case 'OutreachRequested':
      return 'requested';
    case 'OutreachDecided':
      return 'decided';
    case 'OutreachRefused':
      return 'refused';
    case 'DeliveryScheduled':
      return 'scheduled';
    case 'AttemptStarted':
      return 'attempt_started';
    case 'AttemptAccepted':
      return 'queued';
    case 'AttemptRejected':
      return 'rejected';
    case 'AttemptOutcomeUnknown':
      return 'outcome_unknown';
    case 'AttemptResendStarted':
      return 'resend_started';
    case 'UnknownOutcomeSettled':
      // Whoever follows what a provider took or refused need not know how it came to light.
      return event.data.outcome === 'sent' ? 'queued' : 'rejected';
    case 'AssistanceRequested':
      return 'assistance_requested';
    case 'AssistedTaskOpened':
      return 'task_opened';
    case 'AssistedTaskDone':
      // As of a provider's answer: who follows what was sent or not need not know that a person did it.
      if (event.data.outcome !== 'sent') return 'rejected';
      return event.data.despite === undefined ? 'sent' : 'sent_late';
    case 'AttemptAssumedSent':
      return 'assumed_sent';
    case 'ProviderFactRecorded':
      return event.data.fact === 'other' ? 'provider_event' : event.data.fact;
    case 'RetryScheduled':
      return 'retrying';
    case 'CancellationRequested':
      return 'cancel_requested';
    case 'BookingAbandoned':
      return 'booking_abandoned';
    case 'DeliveryRescheduled':
      return 'rescheduled';
    case 'DeliverySkipped':
      return 'skipped';
    case 'DeliveryExpired':
      return 'expired';
    case 'DeliveryCancelled':
      return 'cancelled';
    case 'DeliveryFailedPermanently':
      return 'permanent_failed';
    case 'ConversionReported':
      return 'converted';
    case 'DeliveryGivenUp':
      return 'given_up';
    case 'FallbackPlanned':
      return 'fallback';
    case 'StepPassedOver':
      return 'passed_over';
    case 'OutreachSettled':
      return 'settled';
  }
}

/** Every name `transitionOf` can give. */
export const TRANSITIONS = [
  'abandoned',
  'requested',
  'decided',
  'refused',
  'scheduled',
  'attempt_started',
  'queued',
  'rejected',
  'outcome_unknown',
  'resend_started',
  'assumed_sent',
  'assistance_requested',
  'task_opened',
  'sent',
  'sent_late',
  'deferred',
  'delivered',
  'opened',
  'read',
  'clicked',
  'replied',
  'bounced',
  'undelivered',
  'failed',
  'dropped',
  'complained',
  'unsubscribed',
  'resubscribed',
  'provider_event',
  'retrying',
  'cancel_requested',
  'booking_abandoned',
  'rescheduled',
  'skipped',
  'expired',
  'cancelled',
  'permanent_failed',
  'converted',
  'given_up',
  'fallback',
  'passed_over',
  'settled',
] as const;
