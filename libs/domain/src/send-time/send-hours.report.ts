import { CHANNELS, type Channel, type Weekday } from '@homing/contracts';
import { WEEK_HOURS, weekHourOf } from './hour-of-week.js';
import {
  hourConfidence,
  hourHistory,
  learnedHours,
  type HourCount,
  type HourHistory,
} from './learned-hours.estimate.js';

/** What messages came to by the hour they started in; `hourOfWeek` null where nobody knows the person's zone. */
export interface ReportedHour extends Omit<HourCount, 'hourOfWeek'> {
  readonly hourOfWeek: number | null;
  readonly delivered: number;
}

interface Counts {
  readonly sent: number;
  readonly delivered: number;
  readonly engaged: number;
}

/** An hour of the week that is expected to engage best. */
export interface BestHour {
  readonly weekday: Weekday;
  readonly hour: number;
  /** Share expected to engage, 0..1, four decimals: what was seen, shrunk toward the wider past. */
  readonly expectedRate: number;
  /** 0..1, four decimals: how much of it was seen at that hour of the day rather than assumed. */
  readonly confidence: number;
}

export interface ChannelHours extends Counts {
  readonly channel: Channel;
  /** Share of all its messages that engaged, four decimals; null where none was sent. */
  readonly engagementRate: number | null;
  /** Of `sent`: to people of whom no zone is known, and so no hour. */
  readonly sentWithoutZone: number;
  /** Up to three, best first. */
  readonly bestHours: readonly BestHour[];
  /** The best hour of each customer type that was written to, by name. */
  readonly byCustomerType: readonly ({ readonly customerType: string } & BestHour)[];
  /** Hours in which something was sent, in the order of the week. */
  readonly hours: readonly (Counts & {
    readonly weekday: Weekday;
    readonly hour: number;
    readonly deliveryRate: number;
    readonly engagementRate: number;
    readonly expectedRate: number;
  })[];
}

/** How many best hours are named. */
const NAMED = 3;

/** Channels that something was sent by, in the product's order. Rates are estimated as decisions do it, from these counts alone. */
export function sendHoursReport(counts: readonly ReportedHour[]): ChannelHours[] {
  const zoned = counts.filter((count): count is ReportedHour & HourCount => count.hourOfWeek !== null);
  const history = hourHistory(zoned);
  const byChannel = Map.groupBy(counts, ({ channel }) => channel);
  return CHANNELS.flatMap((channel) => {
    const of = byChannel.get(channel);
    return of ? [channelHours(channel, of, history)] : [];
  });
}

function channelHours(channel: Channel, counts: readonly ReportedHour[], history: HourHistory): ChannelHours {
  const all = sumOf(counts);
  const { usual, lifts } = learnedHours(history, { channel });
  const rateAt = (hour: number): number => round4(Math.min(1, usual * (lifts[hour] ?? 1)));
  const byHour = Map.groupBy(counts, ({ hourOfWeek }) => hourOfWeek);
  const types = [...new Set(counts.flatMap(({ customerType }) => customerType ?? []))].sort();
  return {
    channel,
    ...all,
    engagementRate: all.sent === 0 ? null : round4(all.engaged / all.sent),
    sentWithoutZone: sumOf(byHour.get(null) ?? []).sent,
    bestHours: bestOf(history, { channel }, NAMED),
    byCustomerType: types.flatMap((customerType) =>
      bestOf(history, { channel, customerType }, 1).map((best) => ({ customerType, ...best })),
    ),
    hours: Array.from({ length: WEEK_HOURS }, (_, hour) => hour).flatMap((hour) => {
      const seen = sumOf(byHour.get(hour) ?? []);
      if (seen.sent === 0) return [];
      const [deliveryRate, engagementRate] = [round4(seen.delivered / seen.sent), round4(seen.engaged / seen.sent)];
      return [{ ...weekHourOf(hour), ...seen, deliveryRate, engagementRate, expectedRate: rateAt(hour) }];
    }),
  };
}

function bestOf(
  history: HourHistory,
  whom: { readonly channel: Channel; readonly customerType?: string },
  most: number,
): BestHour[] {
  const { usual, lifts, seen } = learnedHours(history, whom);
  return lifts
    .map((lift, hour) => ({ hour, lift: round4(lift) }))
    .sort((a, b) => b.lift - a.lift || a.hour - b.hour)
    .slice(0, most)
    .map(({ hour, lift }) => ({
      ...weekHourOf(hour),
      expectedRate: round4(Math.min(1, usual * lift)),
      confidence: round4(hourConfidence(seen[hour % 24]?.sent ?? 0)),
    }));
}

const sumOf = (counts: readonly Counts[]): Counts =>
  counts.reduce<Counts>(
    (sum, { sent, delivered, engaged }) => ({
      sent: sum.sent + sent,
      delivered: sum.delivered + delivered,
      engaged: sum.engaged + engaged,
    }),
    { sent: 0, delivered: 0, engaged: 0 },
  );

const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;
