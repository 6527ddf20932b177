import { HOUR_MARKS, hourOfWeek } from './hour-of-week.js';
import type { SearchSpan } from './send-time.command.js';
import {
  isOpen,
  isQuiet,
  isWithin,
  marksOf,
  type Clock,
  type MinuteSpan,
  type SendTimeRules,
} from './send-time.rules.js';
import { clockAt, nextMark, stretchAt, type ZoneTable } from './zone.table.js';

const MINUTE = 60_000;

/** Which open moments are looked for. Both absent: all of them. */
export interface WishedHours {
  /** Of the day. */
  readonly spans?: readonly MinuteSpan[] | undefined;
  /** Of the week, 0 to 167. */
  readonly weekHours?: ReadonlySet<number> | undefined;
}

export interface OpenSearch extends WishedHours {
  readonly rules: SendTimeRules;
  readonly table: ZoneTable;
  readonly span: SearchSpan;
}

/** Milliseconds, without `until`. */
export type OpenStretch = SearchSpan;

export const clockOf = (table: ZoneTable, at: number): Clock => clockAt(at + stretchAt(table, at).offset);

const fits = ({ rules, table, spans, weekHours }: OpenSearch, at: number): boolean => {
  const clock = clockOf(table, at);
  if (!isOpen(rules, clock)) return false;
  if (spans && !spans.some((each) => isWithin(each, clock))) return false;
  return weekHours?.has(hourOfWeek(clock)) ?? true;
};

const marksFor = ({ rules, spans = [], weekHours }: OpenSearch): readonly number[] =>
  weekHours ? [...new Set([...marksOf(rules, spans), ...HOUR_MARKS])].sort((a, b) => a - b) : marksOf(rules, spans);

/** The first instant of the span that is open and wished for. */
export function firstOpen(search: OpenSearch): number | undefined {
  const { span, table } = search;
  const marks = marksFor(search);
  for (let at = span.from; at < span.until; at = nextMark(table, at, marks)) if (fits(search, at)) return at;
  return undefined;
}

/** The stretches of the span that are open and wished for, in their order; the first of them alone where no more is asked for. */
export function openStretches(search: OpenSearch, most = Infinity): OpenStretch[] {
  const { span, table } = search;
  const marks = marksFor(search);
  const stretches: OpenStretch[] = [];
  for (let at = span.from; at < span.until;) {
    const next = Math.min(span.until, nextMark(table, at, marks));
    const last = stretches.at(-1);
    if (fits(search, at)) {
      if (last?.until === at) stretches[stretches.length - 1] = { from: last.from, until: next };
      else stretches.push({ from: at, until: next });
    }
    if (stretches.length > most) return stretches.slice(0, most);
    if (stretches.length === most && stretches.at(-1)?.until !== next) return stretches;
    at = next;
  }
  return stretches;
}

/** The place in the stretches that `share` (0 <= share < 1) of their minutes comes before, on a whole minute of its stretch. */
export function placeIn(stretches: readonly OpenStretch[], share: number): number | undefined {
  const minutesOf = ({ from, until }: OpenStretch): number => Math.max(1, Math.floor((until - from) / MINUTE));
  let left = Math.floor(share * stretches.reduce((sum, each) => sum + minutesOf(each), 0));
  for (const each of stretches) {
    const minutes = minutesOf(each);
    if (left < minutes) return each.from + left * MINUTE;
    left -= minutes;
  }
  return undefined;
}

/** What the moment just before was closed by. */
export const heldBackBy = (rules: SendTimeRules, table: ZoneTable, at: number): 'after_quiet_hours' | 'in_window' =>
  isQuiet(rules, clockOf(table, at - 1)) ? 'after_quiet_hours' : 'in_window';

/** When the rules next close within the span, from an open moment on. */
export function closesAt(rules: SendTimeRules, table: ZoneTable, { from, until }: SearchSpan): number | undefined {
  const marks = marksOf(rules, []);
  for (let at = from; at < until; at = nextMark(table, at, marks)) if (!isOpen(rules, clockOf(table, at))) return at;
  return undefined;
}
