import type { FieldFault } from './field-fault.js';

/** How a batch's items are spread: evenly over a time, or so many an hour. */
export type BatchSpacing = { readonly over: string } | { readonly perHour: number };

/** Longest time a batch may be spread over: 30 days. */
export const LONGEST_SPREAD_MS = 30 * 86_400_000;
/** A spaced item that names no deadline has so long from its planned instant: 7 days. */
export const SPACED_LIFETIME_MS = 7 * 86_400_000;

const DURATION = /^P(?:(\d{1,2})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:(\d{1,7})S)?)?$/;

/** Milliseconds of an ISO 8601 duration of days, hours, minutes and seconds; undefined for any other text. */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match || text.endsWith('T') || text === 'P') return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1_000;
}

/** Milliseconds from one item's planned instant to the next. `items` at least 1. */
export const stepMs = (spacing: BatchSpacing, items: number): number =>
  'perHour' in spacing ? 3_600_000 / spacing.perHour : (durationMs(spacing.over) ?? 0) / items;

/** The planned instant of one place: the same for the same start, spacing, number of items and index. */
export function plannedInstant(
  spread: { readonly start: string; readonly spacing: BatchSpacing; readonly items: number },
  index: number,
): string {
  const { start, spacing, items } = spread;
  return new Date(Date.parse(start) + Math.floor(index * stepMs(spacing, items))).toISOString();
}

/** Everything that is wrong with a spacing, for so many items. */
export function spacingFaults(spacing: unknown, items: number): FieldFault[] {
  if (typeof spacing !== 'object' || spacing === null || Array.isArray(spacing)) return [malformed('spacing')];
  const { over, perHour, ...others } = spacing as Record<string, unknown>;
  const unknown = Object.keys(others).map((): FieldFault => ({
    field: 'spacing',
    code: 'unknown_field',
    message: 'holds only over or perHour',
  }));
  if (unknown.length > 0) return unknown.slice(0, 1);
  if ((over === undefined) === (perHour === undefined)) {
    return [{ field: 'spacing', code: 'exactly_one', message: 'give either over or perHour' }];
  }
  if (over !== undefined) {
    const length = typeof over === 'string' ? durationMs(over) : undefined;
    if (length === undefined || length < 1_000) return [malformed('spacing.over')];
    return length > LONGEST_SPREAD_MS ? [tooLong('spacing.over')] : [];
  }
  if (typeof perHour !== 'number' || !Number.isInteger(perHour) || perHour < 1 || perHour > 1_000_000) {
    return [{ field: 'spacing.perHour', code: 'malformed', message: 'must be a whole number from 1 to 1000000' }];
  }
  return (items * 3_600_000) / perHour > LONGEST_SPREAD_MS ? [tooLong('spacing.perHour')] : [];
}

const malformed = (field: string): FieldFault => ({
  field,
  code: 'malformed',
  message: 'must be a duration of days, hours, minutes or seconds such as PT8H, at least one second',
});
const tooLong = (field: string): FieldFault => ({
  field,
  code: 'too_long',
  message: 'would spread this batch over more than 30 days',
});
