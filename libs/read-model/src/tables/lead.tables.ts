import type { Instant } from './read-model.tables.js';

/** How far somebody has come, the furthest first: the first that is true of them. */
export const LEAD_STATUSES = [
  'opted_out',
  'converted',
  'responded',
  'engaged',
  'reached',
  'unreachable',
  'contacted',
  'scheduled',
  'not_contacted',
] as const;

/**
 * - `opted_out`: unsubscribed or complained, and did not subscribe again
 * - `converted`: a conversion was reported of an outreach to them
 * - `responded`, `engaged`, `reached`: a message was answered; opened, read or clicked; delivered
 * - `unreachable`: every message bounced or failed at its provider
 * - `contacted`: a provider took a message, and more is not known
 * - `scheduled`: nothing was sent, something is to be
 * - `not_contacted`: nothing was sent, and nothing is to be
 */
export type LeadStatus = (typeof LEAD_STATUSES)[number];

/** Somebody of whom an outreach was asked: what was done about them, and what came of it. Holds no personal data. */
export interface LeadRow {
  readonly tenantId: string;
  /** Our id of the person. */
  readonly leadId: string;
  readonly status: LeadStatus;
  readonly firstOutreachAt: Instant | null;
  /** When a provider last took a message to them. */
  readonly lastOutreachAt: Instant | null;
  /** Of what is to be sent, the next. */
  readonly nextOutreachAt: Instant | null;
  readonly lastDeliveredAt: Instant | null;
  /** Opened, read, clicked or answered. */
  readonly lastEngagedAt: Instant | null;
  readonly lastRespondedAt: Instant | null;
  /** Outreach that were asked for. */
  readonly outreach: bigint;
  /** Of these a provider took a message. */
  readonly attempts: bigint;
  readonly conversions: bigint;
}
