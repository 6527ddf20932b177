import type { Channel, StepTrace, Urgency } from '@homing/contracts';
import {
  bestHours,
  hourSpans,
  isOpen,
  isQuiet,
  isWithin,
  marksOf,
  type Clock,
  type MinuteSpan,
  type SendTimeRules,
} from './send-time.rules.js';
import { clockAt, nextMark, readingAt, stretchAt, UTC_TABLE, type ZoneTable } from './zone.table.js';

/** Whose zone it is: the recipient's own, else the campaign's, else the tenant's, else UTC. */
export type ZoneOwner = 'recipient' | 'campaign' | 'tenant' | 'product';

/** The clock a person is taken to live by. */
export interface RecipientClock {
  readonly table: ZoneTable;
  readonly owner: ZoneOwner;
}
export const PRODUCT_CLOCK: RecipientClock = { table: UTC_TABLE, owner: 'product' };

export interface ChooseSendTime {
  readonly now: string;
  /** The caller's own time: nothing starts before it, and no better hour is looked for. */
  readonly sendAt?: string | undefined;
  readonly expiresAt: string;
  readonly urgency: Urgency;
  /** Whose good hours are looked for. Default: no channel's. */
  readonly channel?: Channel | undefined;
  readonly customerType?: string | undefined;
  /** Hours of the day (0 to 23) at which the person likes to be reached. */
  readonly preferredHours?: readonly number[] | undefined;
  /** Absent: any time will do. */
  readonly rules?: SendTimeRules | undefined;
  /** Reaches over `searchSpan`. Default UTC. */
  readonly clock?: RecipientClock | undefined;
}

/** Why then: what the chosen instant had to wait for last. */
export type SendTimeCode =
  'now' | 'as_requested' | 'after_quiet_hours' | 'in_window' | 'preferred_hour' | 'best_practice';

type Facts = NonNullable<StepTrace['facts']>;

export interface ChosenSendTime {
  readonly kind: 'at';
  readonly at: string;
  readonly code: SendTimeCode;
  readonly facts?: Facts;
  /** When it will next be too late to start: quiet hours begin or the window ends. Absent: not before the booking ends. */
  readonly openUntil?: string;
}

export type SendTime =
  | ChosenSendTime
  | {
      readonly kind: 'refused';
      /** The caller's own time is not before the deadline; or no moment before it is allowed. */
      readonly reason: 'send_time_after_deadline' | 'no_time_before_deadline';
      readonly facts?: Facts;
    };

/** How far ahead an open moment is looked for, in days: what weekly rules and clock changes leave open comes up before that. */
export const SEARCH_DAYS = 60;
/** How far past the chosen instant its end is looked for, in milliseconds: no booking holds longer. */
const OPEN_AHEAD_MS = 3_600_000;

/** Where the answer lies if there is one, in UTC milliseconds, without `until`: what a clock's table must cover. */
export function searchSpan({ now, sendAt, expiresAt }: Pick<ChooseSendTime, 'now' | 'sendAt' | 'expiresAt'>) {
  const from = Math.max(Date.parse(now), sendAt === undefined ? -Infinity : Date.parse(sendAt));
  return { from, until: Math.min(Date.parse(expiresAt), from + SEARCH_DAYS * 86_400_000) };
}

/**
 * When a message is to start: never before `now` or `sendAt`, always before `expiresAt`. Outside quiet hours and inside the
 * windows, by the person's clock, to the minute; `critical` passes both. At the first such moment, or, where `best_practice` is asked
 * for and the caller named no time, at the first in an hour the person prefers, else in one that is good for the channel, else at
 * the first of all.
 */
export function chooseSendTime(command: ChooseSendTime): SendTime {
  const { now, rules, clock = PRODUCT_CLOCK } = command;
  const span = searchSpan(command);
  if (span.from >= Date.parse(command.expiresAt)) return { kind: 'refused', reason: 'send_time_after_deadline' };
  const asap = span.from > Date.parse(now) ? 'as_requested' : 'now';
  const first = asap === 'now' ? now : iso(span.from);
  if (!rules) return { kind: 'at', at: first, code: asap };
  if (command.urgency === 'critical')
    return { kind: 'at', at: first, code: asap, facts: { ...factsAt(span.from, clock), urgency: 'critical' } };
  const missed: Facts[string][] = [];
  for (const { code, spans } of [...wished(command, rules), { code: asap, spans: undefined }]) {
    const at = firstOpen(rules, { span, table: clock.table, spans });
    if (at === undefined) {
      if (spans) missed.push(code);
      continue;
    }
    const why = at === span.from ? asap : spans ? code : heldBackBy(rules, clock.table, at);
    const facts = { ...factsAt(at, clock), ...(missed.length > 0 ? { missed: missed.join(',') } : {}) };
    const openUntil = closesAt(rules, clock.table, at);
    return {
      kind: 'at',
      at: at === span.from ? first : iso(at),
      code: why,
      facts,
      ...(openUntil ? { openUntil } : {}),
    };
  }
  return { kind: 'refused', reason: 'no_time_before_deadline', facts: zoneFacts(clock) };
}

interface Wish {
  readonly code: SendTimeCode;
  readonly spans: readonly MinuteSpan[] | undefined;
}

/** The hours to be tried before any hour will do, best first. */
function wished(
  { sendAt, channel, customerType, preferredHours = [] }: ChooseSendTime,
  { choice }: SendTimeRules,
): Wish[] {
  if (choice === 'asap' || sendAt !== undefined) return [];
  const wishes: Wish[] = [
    { code: 'preferred_hour', spans: hourSpans(preferredHours) },
    { code: 'best_practice', spans: bestHours(channel, customerType) },
  ];
  return wishes.filter(({ spans }) => spans?.length !== 0);
}

interface Search {
  readonly span: { readonly from: number; readonly until: number };
  readonly table: ZoneTable;
  /** Absent: any time of day. */
  readonly spans?: readonly MinuteSpan[] | undefined;
}

/** The first instant of the span that is open, and within one of the spans of the day. */
function firstOpen(rules: SendTimeRules, { span, table, spans }: Search): number | undefined {
  const marks = marksOf(rules, spans ?? []);
  for (let at = span.from; at < span.until; at = nextMark(table, at, marks)) {
    const clock = clockOf(table, at);
    if (isOpen(rules, clock) && (spans?.some((each) => isWithin(each, clock)) ?? true)) return at;
  }
  return undefined;
}

const clockOf = (table: ZoneTable, at: number): Clock => clockAt(at + stretchAt(table, at).offset);

/** What the moment just before was closed by. */
const heldBackBy = (rules: SendTimeRules, table: ZoneTable, at: number): SendTimeCode =>
  isQuiet(rules, clockOf(table, at - 1)) ? 'after_quiet_hours' : 'in_window';

function closesAt(rules: SendTimeRules, table: ZoneTable, from: number): string | undefined {
  const marks = marksOf(rules, []);
  for (let at = from; at < from + OPEN_AHEAD_MS; at = nextMark(table, at, marks))
    if (!isOpen(rules, clockOf(table, at))) return iso(at);
  return undefined;
}

const zoneFacts = ({ table: { zone, tzdata }, owner }: RecipientClock) => ({ zone, zoneOf: owner, tzdata });

function factsAt(at: number, clock: RecipientClock): Facts {
  const { date, minute } = readingAt(clock.table, at);
  const [hour, past] = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0'));
  return { at: iso(at), local: `${date} ${hour}:${past}`, ...zoneFacts(clock) };
}

const iso = (ms: number): string => new Date(ms).toISOString();
