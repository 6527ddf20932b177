import type { Channel } from '@homing/contracts';
import { engagementRate } from '../routing/engagement.estimate.js';
import type { EngagementCount } from '../routing/selection.state.js';
import { WEEK_HOURS } from './hour-of-week.js';
import { bestHours } from './send-time.rules.js';

/** What messages that started in one hour of their people's week came to. */
export interface HourCount extends EngagementCount {
  readonly channel: Channel;
  /** Null: not known. */
  readonly customerType: string | null;
  /** 0 (Monday, midnight) to 167, by the clock of the person. */
  readonly hourOfWeek: number;
}

/** Expectation of a message's engagement before anything is seen of a tenant. */
const PRIOR = 0.5;
/** How many messages an expectation weighs against what was seen. */
export const HOUR_STRENGTH = 20;
/** How much better than its other hours a channel's good hours are taken to be while nothing is seen. */
export const GOOD_HOUR_LIFT = 1.2;

interface Seen {
  sent: number;
  engaged: number;
  /** How many of them would have engaged if every hour were alike. */
  expected: number;
}
const nothing = (): Seen => ({ sent: 0, engaged: 0, expected: 0 });
const many = (count: number): Seen[] => Array.from({ length: count }, nothing);

interface Cell {
  /** Share that engages over all hours. */
  readonly rate: number;
  readonly ofDay: readonly Seen[];
  readonly ofWeek: readonly Seen[];
}

/** A tenant's past by hours, put together once and read for every decision. */
export interface HourHistory {
  readonly sent: number;
  /** By hour of the day, over all channels. */
  readonly all: readonly Seen[];
  /** By channel; and by channel and customer type. */
  readonly cells: ReadonlyMap<string, Cell>;
}

const keyOf = (channel: Channel, customerType?: string | null): string =>
  customerType === null || customerType === undefined ? channel : `${channel} ${customerType}`;

/** Counts as they were read, in any order; the same bucket may come in parts. */
export function hourHistory(counts: readonly HourCount[]): HourHistory {
  const usual = usualRates(counts);
  const all = many(24);
  const cells = new Map<string, Cell>();
  const cellOf = (channel: Channel, customerType: string | null): Cell => {
    const key = keyOf(channel, customerType);
    const cell = cells.get(key) ?? { rate: usual(channel, customerType), ofDay: many(24), ofWeek: many(WEEK_HOURS) };
    cells.set(key, cell);
    return cell;
  };
  for (const { channel, customerType, hourOfWeek, sent, engaged } of counts) {
    const expected = sent * usual(channel, customerType);
    const wide = cellOf(channel, null);
    const cell = cellOf(channel, customerType);
    for (const of of new Set([wide, cell]))
      for (const seen of [of.ofDay[hourOfWeek % 24], of.ofWeek[hourOfWeek]]) add(seen, { sent, engaged, expected });
    add(all[hourOfWeek % 24], { sent, engaged, expected });
  }
  return { sent: counts.reduce((sum, { sent }) => sum + sent, 0), all, cells };
}

function add(to: Seen | undefined, { sent, engaged, expected }: Seen): void {
  if (!to) return;
  to.sent += sent;
  to.engaged += engaged;
  to.expected += expected;
}

/** The rates over all hours, each narrower shrunk toward the wider. */
function usualRates(counts: readonly HourCount[]): (channel: Channel, customerType: string | null) => number {
  const sums = new Map<string, Partial<Record<Channel, EngagementCount>>>();
  const note = (whose: string, { channel, sent, engaged }: HourCount): void => {
    const of = sums.get(whose) ?? {};
    const before = of[channel] ?? { sent: 0, engaged: 0 };
    of[channel] = { sent: before.sent + sent, engaged: before.engaged + engaged };
    sums.set(whose, of);
  };
  for (const count of counts) {
    note('all', count);
    if (count.customerType !== null) note(`type ${count.customerType}`, count);
  }
  const kept = new Map<string, number>();
  return (channel, customerType) => {
    const key = keyOf(channel, customerType);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const history = { tenant: sums.get('all') ?? {}, customerType: sums.get(`type ${customerType ?? ''}`) ?? {} };
    const rate = engagementRate(channel, { prior: PRIOR, strength: HOUR_STRENGTH, history });
    kept.set(key, rate);
    return rate;
  };
}

/** A past of which only the best hour of one channel's week is known, or (`hour` below 0) that there was one. */
export function historyOfBest(
  { channel, customerType }: { readonly channel: Channel; readonly customerType?: string | undefined },
  hour: number,
): HourHistory {
  const ofWeek = many(WEEK_HOURS);
  // Beyond what any real past lifts an hour to.
  add(ofWeek[hour], { sent: 1e6, engaged: 1e6, expected: 1 });
  const cell: Cell = { rate: PRIOR, ofDay: [], ofWeek };
  const keys = hour < 0 ? [] : [keyOf(channel), keyOf(channel, customerType)];
  return { sent: 1, all: [], cells: new Map(keys.map((key) => [key, cell])) };
}

export interface LearnedHours {
  /** Share that engages over all hours. */
  readonly usual: number;
  /** By hour of the week: how many times the usual share is expected to engage. */
  readonly lifts: readonly number[];
  /** By hour of the day, over all days: what was seen of the channel and the customer type, or of the channel alone. */
  readonly seen: readonly EngagementCount[];
}

/**
 * How well each hour of a person's week engages against the usual. Each narrower past is shrunk toward the wider: the table of good hours, the
 * hour of the day over all channels, on this channel, on it with people of this type, and last the hour of the week. Counts
 * are held against what the same messages would have come to if every hour were alike, so that a good channel makes no good hour.
 */
export function learnedHours(
  history: HourHistory,
  { channel, customerType }: { readonly channel: Channel; readonly customerType?: string | undefined },
): LearnedHours {
  const wide = history.cells.get(keyOf(channel));
  const narrow = customerType === undefined ? wide : history.cells.get(keyOf(channel, customerType));
  const good = bestHours(channel, customerType);
  const ofDay = Array.from({ length: 24 }, (_, hour) => {
    const isGood = good.some(({ from, to }) => from <= hour * 60 && hour * 60 < to);
    const all = shrunk(isGood ? GOOD_HOUR_LIFT : 1, history.all[hour]);
    const onChannel = shrunk(all, wide?.ofDay[hour]);
    return narrow === wide ? onChannel : shrunk(onChannel, narrow?.ofDay[hour]);
  });
  const lifts = Array.from({ length: WEEK_HOURS }, (_, hour) => shrunk(ofDay[hour % 24] ?? 1, narrow?.ofWeek[hour]));
  const { rate: usual = PRIOR, ofDay: seen = [] } = narrow ?? wide ?? {};
  return { usual, lifts, seen };
}

/** What is expected, which weighs `HOUR_STRENGTH` messages, and what was seen against what alike hours would have come to. */
function shrunk(expected: number, seen: Seen | undefined): number {
  if (!seen || seen.sent === 0) return expected;
  const against = (seen.engaged * seen.sent) / seen.expected;
  return (HOUR_STRENGTH * expected + against) / (HOUR_STRENGTH + seen.sent);
}

/** 0 (nothing was sent at that hour of the day) to 1: how much of the estimate was seen rather than assumed. */
export const hourConfidence = (sent: number): number => sent / (sent + HOUR_STRENGTH);
