import { CHANNELS, isInstant, type Channel } from '@homing/contracts';
import { invalidField } from '../problem/problem.error.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Without `from`: so far back. */
const DEFAULT_DAYS = 30;
/** No more at once. */
export const LONGEST_DAYS = 366;

const DAY = /^\d{4}-\d\d-\d\d$/;

export interface RoutingPeriod {
  readonly from: string;
  readonly to: string;
}

/**
 * Whole hours (UTC): from the one that holds `from` up to the end of the one that holds `to`; a bare day is its midnight. Without
 * `to` up to now, without `from` the 30 days before. @throws ProblemError
 */
export function readPeriod({ from, to }: { from?: string; to?: string }, now: Date): RoutingPeriod {
  const end = Math.ceil((to === undefined ? now.getTime() + 1 : timeOf('to', to)) / HOUR_MS) * HOUR_MS;
  const start =
    Math.floor((from === undefined ? end - DEFAULT_DAYS * DAY_MS : timeOf('from', from)) / HOUR_MS) * HOUR_MS;
  if (start >= end) throw invalidField('from', 'not_before_to', 'must be before `to`');
  if (end - start > LONGEST_DAYS * DAY_MS)
    throw invalidField('from', 'too_long', `must be at most ${LONGEST_DAYS} days before \`to\``);
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

function timeOf(field: string, text: string): number {
  const instant = DAY.test(text) ? `${text}T00:00:00Z` : text;
  if (!isInstant(instant)) throw invalidField(field, 'malformed', 'must be a day or an instant (RFC 3339)');
  return Date.parse(instant);
}

/** @throws ProblemError */
export function readChannel(text: string): Channel {
  const channel = CHANNELS.find((known) => known === text);
  if (!channel) throw invalidField('channel', 'unknown_channel', `must be one of ${CHANNELS.join(', ')}`);
  return channel;
}
