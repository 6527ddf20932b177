import { weekHourOf, HOUR_MARKS, hourOfWeek } from './hour-of-week.js';
import { HOUR_STRENGTH, learnedHours, type LearnedHours } from './learned-hours.estimate.js';
import { clockOf, openStretches, type WishedHours } from './open-time.search.js';
import type { ChooseSendTime, Facts, SearchSpan, SendTimeCode } from './send-time.command.js';
import { bestHours, hourSpans, type SendTimeRules } from './send-time.rules.js';
import { nextMark, type ZoneTable } from './zone.table.js';

/** Hours to be tried before any hour will do. */
export interface Wish extends WishedHours {
  readonly code: SendTimeCode;
  /** Not looked for beyond. Default: the whole span. */
  readonly until?: number | undefined;
  readonly facts?: Facts | undefined;
  /** What is left of the message's own draw for its place within the hour. Default: all of it. */
  readonly spread?: number | undefined;
}

export interface WishParts {
  readonly command: ChooseSendTime;
  readonly rules: SendTimeRules;
  readonly span: SearchSpan;
  readonly table: ZoneTable;
}

const HOUR_MS = 3_600_000;
/** How long a message waits for the best hour that was learned: a day; what has time, a week. */
export const LEARNED_WAIT_HOURS = { low: 168, normal: 24, high: 24, critical: 0 } as const;
/** Where messages are spread, hours this near to the best do as well. */
const NEARLY_BEST = 0.95;

/** Best first. None where the caller named the time. */
export function wishesOf(parts: WishParts): Wish[] {
  const { sendAt, channel, customerType, preferredHours = [] } = parts.command;
  const { choice, preferredHours: campaignHours = [] } = parts.rules;
  if (sendAt !== undefined) return [];
  const sought = choice !== 'asap';
  const learned = choice === 'learned' ? learnedWish(parts) : undefined;
  const wishes: (Wish | undefined)[] = [
    { code: 'preferred_hour', spans: sought ? hourSpans(preferredHours) : [] },
    { code: 'campaign_hour', spans: hourSpans(campaignHours) },
    learned,
    { code: 'best_practice', spans: sought ? bestHours(channel, customerType) : [] },
  ];
  return wishes.filter((wish): wish is Wish => wish !== undefined && wish.spans?.length !== 0);
}

interface Slot {
  readonly hour: number;
  /** To four decimals, which is what is compared. */
  readonly lift: number;
}

/** The best of the open hours within reach, or with exploration one of them. None where nothing was learned. */
function learnedWish(parts: WishParts): Wish | undefined {
  const { command, rules, span } = parts;
  const { channel, customerType, hours, urgency, spread, exploration = 0 } = command;
  if (!channel || !hours || hours.sent === 0) return undefined;
  const learned = learnedHours(hours, { channel, customerType });
  const { usual, lifts, seen } = learned;
  const reach = Math.max(LEARNED_WAIT_HOURS[urgency], rules.spacingHours ?? 0) * HOUR_MS;
  const until = Math.min(span.until, span.from + reach);
  const slots = openHours(parts, until).map((hour): Slot => ({ hour, lift: round4(lifts[hour] ?? 0) }));
  const best = Math.max(0, ...slots.map(({ lift }) => lift));
  const first = slots.find(({ lift }) => lift === best);
  if (!first) return undefined;
  const draws = exploration > 0 && spread !== undefined;
  const hopeful = slots.filter((slot) => mayBeBest(slot, learned, best));
  const draw = draws && spread < exploration ? spread / exploration : undefined;
  const explored = draw === undefined ? undefined : hopeful[Math.floor(draw * hopeful.length)];
  const chosen = explored ?? first;
  const { weekday, hour } = weekHourOf(chosen.hour);
  // The place within the hour does not depend on how many hours were drawn among.
  const rest = draw === undefined ? draws && (spread - exploration) / (1 - exploration) : (draw * 8_191) % 1;
  const likely = hopeful.length === 0 ? 1 : 1 - exploration;
  const probability = (hopeful.includes(chosen) ? exploration / hopeful.length : 0) + (chosen === first ? likely : 0);
  const facts: Facts = {
    hour: `${weekday} ${String(hour).padStart(2, '0')}`,
    rate: round4(Math.min(1, usual * chosen.lift)),
    usual: round4(usual),
    sent: seen[hour]?.sent ?? 0,
    engaged: seen[hour]?.engaged ?? 0,
    ...(draws ? { probability: round4(probability) } : {}),
  };
  const alike = slots.filter(({ lift }) => lift >= NEARLY_BEST * best).map(({ hour: one }) => one);
  const weekHours = new Set(explored || rules.spacingHours === undefined ? [chosen.hour] : alike);
  const code = explored ? 'explored_hour' : 'learned_hour';
  return { code, weekHours, until, facts, ...(rest === false ? {} : { spread: rest }) };
}

/** Nobody is woken for the sake of learning. */
const WAKING = { from: 7, to: 21 };

/** True when what was seen leaves it within three standard errors of the best. */
function mayBeBest({ hour, lift }: Slot, { usual, seen }: LearnedHours, best: number): boolean {
  const { hour: ofDay } = weekHourOf(hour);
  const error = Math.sqrt((1 - usual) / Math.max(usual, 0.001) / (HOUR_STRENGTH + (seen[ofDay]?.sent ?? 0)));
  return WAKING.from <= ofDay && ofDay < WAKING.to && lift + 3 * error >= best;
}

/** The hours of the week in which something of the span is open, each once, in their order. */
function openHours({ rules, span, table }: WishParts, until: number): number[] {
  const hours = new Set<number>();
  for (const stretch of openStretches({ rules, table, span: { from: span.from, until } }))
    for (let at = stretch.from; at < stretch.until; at = nextMark(table, at, HOUR_MARKS))
      hours.add(hourOfWeek(clockOf(table, at)));
  return [...hours];
}

const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;
