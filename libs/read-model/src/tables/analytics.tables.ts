import type { Channel, DecisionStep } from '@homing/contracts';
import type { Instant } from './read-model.tables.js';

/** What one row of `routing_hours` counts. */
export const ROUTING_MEASURES = [
  'decided',
  'chosen',
  'excluded',
  'refused',
  'passed_over',
  'tried',
  'delivered',
  'engaged',
  'legs_used',
] as const;

/**
 * - `decided`: decisions that chose a channel
 * - `chosen`: deliveries that were planned by this channel at this place, and why it stood there (`reason`); a fallback once its turn came
 * - `excluded`: decisions that left this channel out, and why
 * - `refused`: decisions that refused: `step` and `reason`
 * - `passed_over`: steps whose turn came and that were not needed, or refused by `step`, and why
 * - `tried`, `delivered`, `engaged`: legs of this channel and place that were begun; reached the person; were opened, read, clicked or
 *   answered by a person. Each leg once.
 * - `legs_used`: settled outreach, `place` being how many of its legs were begun
 */
export type RoutingMeasure = (typeof ROUTING_MEASURES)[number];

/** Counts of the outreach that were accepted in one hour (UTC): what follows later counts where its outreach does. */
export interface RoutingHourRow {
  readonly tenantId: string;
  readonly hour: Instant;
  /** Empty: of no campaign. */
  readonly campaignKey: string;
  readonly measure: RoutingMeasure;
  /** Empty where the measure is of no channel. */
  readonly channel: Channel | '';
  /** Place in the plan, 1 is the first choice; 0 where the measure has none. */
  readonly place: number;
  /** Of a refusal, or of a step that was refused; else empty. */
  readonly step: DecisionStep | '';
  /** A short code, or empty. */
  readonly reason: string;
  readonly count: bigint;
}

/** One conversion, as it was reported. */
export interface ConversionRow {
  readonly outreachId: string;
  /** Keyed hash of the id it was reported under. */
  readonly conversionKey: string;
  readonly tenantId: string;
  readonly campaignKey: string | null;
  readonly kind: string;
  /** Micro-units; null: it was given no value. */
  readonly valueMicros: bigint | null;
  readonly currency: string | null;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly updatedPosition: bigint;
}
