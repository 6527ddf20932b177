import {
  PRODUCT_CLOCK,
  searchSpan,
  type ChooseSendTime,
  type Facts,
  type RecipientClock,
  type SearchSpan,
  type SendTime,
  type SendTimeCode,
  type SendTimeRefusal,
} from './send-time.command.js';
import { closesAt, firstOpen, heldBackBy, openStretches, placeIn, type OpenSearch } from './open-time.search.js';
import type { SendTimeRules } from './send-time.rules.js';
import { wishesOf, type Wish } from './send-time.wishes.js';
import { readingAt } from './zone.table.js';

export * from './send-time.command.js';

const HOUR_MS = 3_600_000;
/** How far past the chosen instant its end is looked for, in milliseconds: no booking holds longer. */
const OPEN_AHEAD_MS = HOUR_MS;

/**
 * When a message is to start: never before `now`, `sendAt` or the campaign's start, always before `expiresAt` and the campaign's end. Outside
 * quiet hours and inside the windows, by the person's clock, to the minute; `critical` passes both. At the first such moment, or,
 * where better hours are asked for and the caller named no time, in an hour the person prefers, else in one the settings name,
 * else in the one learned, else in one that is good for the channel, else at the first of all. What waits for a better hour is spread
 * within it, and all messages over the hours that the settings name, by `spread`.
 */
export function chooseSendTime(command: ChooseSendTime): SendTime {
  const { rules, clock = PRODUCT_CLOCK } = command;
  const span = searchSpan(command);
  const late = tooLate(command, span);
  if (late) return { kind: 'refused', reason: late };
  const asap = whyFrom(command, span);
  const first = asap === 'now' ? command.now : iso(span.from);
  if (!rules) return { kind: 'at', at: first, code: asap };
  if (command.urgency === 'critical') {
    const facts = { ...factsAt(span.from, clock), urgency: 'critical' };
    return { kind: 'at', at: first, code: asap, facts, ...closing(span.from, rules) };
  }
  const missed: string[] = [];
  for (const wish of [...wishesOf({ command, rules, span, table: clock.table }), undefined]) {
    const placed = place({ command, rules, span, clock, asap }, wish);
    if (!placed) {
      if (wish) missed.push(wish.code);
      continue;
    }
    const { at, code, facts: more } = placed;
    const facts = { ...factsAt(at, clock), ...more, ...(missed.length > 0 ? { missed: missed.join(',') } : {}) };
    const closes = closesAt(rules, clock.table, { from: at, until: at + OPEN_AHEAD_MS });
    return { kind: 'at', at: at === span.from ? first : iso(at), code, facts, ...closing(at, rules, closes) };
  }
  const reason = endsFirst(command) ? 'no_time_before_campaign_end' : 'no_time_before_deadline';
  return { kind: 'refused', reason, facts: zoneFacts(clock) };
}

/** Why there can be no moment, whatever the hours. */
function tooLate(command: ChooseSendTime, span: SearchSpan): SendTimeRefusal | undefined {
  const { now, sendAt, expiresAt, rules } = command;
  if (rules?.endsAt !== undefined && Date.parse(now) >= Date.parse(rules.endsAt)) return 'campaign_ended';
  if (span.from < span.until) return undefined;
  const deadline = Date.parse(expiresAt);
  if (endsFirst(command) && span.from < deadline) return 'no_time_before_campaign_end';
  const asked = Math.max(Date.parse(now), sendAt === undefined ? -Infinity : Date.parse(sendAt));
  return asked < deadline ? 'campaign_starts_after_deadline' : 'send_time_after_deadline';
}

const endsFirst = ({ expiresAt, rules }: ChooseSendTime): boolean =>
  rules?.endsAt !== undefined && Date.parse(rules.endsAt) < Date.parse(expiresAt);

/** What the earliest moment of all waits for. */
function whyFrom({ now, sendAt }: ChooseSendTime, { from }: SearchSpan): SendTimeCode {
  if (from === Date.parse(now)) return 'now';
  return sendAt !== undefined && from === Date.parse(sendAt) ? 'as_requested' : 'campaign_start';
}

interface Placing {
  readonly command: ChooseSendTime;
  readonly rules: SendTimeRules;
  readonly span: SearchSpan;
  readonly clock: RecipientClock;
  readonly asap: SendTimeCode;
}

interface Placed {
  readonly at: number;
  readonly code: SendTimeCode;
  readonly facts?: Facts | undefined;
}

/** The message's own moment in the hours wished for; undefined where they never come. Without a wish: in any open time. */
function place({ command, rules, span, clock, asap }: Placing, wish: Wish | undefined): Placed | undefined {
  const { table } = clock;
  const within = { from: span.from, until: Math.min(span.until, wish?.until ?? Infinity) };
  const search: OpenSearch = { rules, table, span: within, spans: wish?.spans, weekHours: wish?.weekHours };
  const first = firstOpen(search);
  if (first === undefined) return undefined;
  const spacing = command.sendAt === undefined ? rules.spacingHours : undefined;
  const spread = wish?.spread ?? command.spread;
  const spreads = spread !== undefined && (spacing !== undefined || (wish !== undefined && first > span.from));
  if (spreads) {
    const until = spacing === undefined ? within.until : Math.min(within.until, first + spacing * HOUR_MS);
    const over = openStretches({ ...search, span: { from: first, until } }, spacing === undefined ? 1 : Infinity);
    const at = placeIn(over, spread) ?? first;
    const facts = { ...wish?.facts, ...(spacing === undefined ? {} : { spacingHours: spacing }) };
    const code = wish?.code ?? (at > first ? 'spaced' : undefined);
    return { at, code: at === span.from ? asap : (code ?? heldBackBy(rules, table, at)), facts };
  }
  const why = first === span.from ? asap : (wish?.code ?? heldBackBy(rules, table, first));
  return { at: first, code: why, facts: wish?.facts };
}

function closing(at: number, { endsAt }: SendTimeRules, closes = Infinity): { readonly openUntil?: string } {
  const ends = endsAt === undefined ? Infinity : Date.parse(endsAt);
  const until = Math.min(closes, ends);
  return until < at + OPEN_AHEAD_MS ? { openUntil: iso(until) } : {};
}

const zoneFacts = ({ table: { zone, tzdata }, owner }: RecipientClock) => ({ zone, zoneOf: owner, tzdata });

function factsAt(at: number, clock: RecipientClock): Facts {
  const { date, minute } = readingAt(clock.table, at);
  const [hour, past] = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0'));
  return { at: iso(at), local: `${date} ${hour}:${past}`, ...zoneFacts(clock) };
}

const iso = (ms: number): string => new Date(ms).toISOString();
