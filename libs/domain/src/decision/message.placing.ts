import { channelKey, quotaStream, type Channel, type Urgency } from '@homing/contracts';
import {
  chooseSendTime,
  SEARCH_DAYS,
  type ChosenSendTime,
  type RecipientClock,
} from '../send-time/send-time.policy.js';
import type { SendTimeCode } from '../send-time/send-time.command.js';
import { earliestBy } from '../send-time/send-time.rules.js';
import type { ZoneTable } from '../send-time/zone.table.js';
import type { BalanceCommand, BalanceResult } from '../ledger/balance.decider.js';
import { deferringLimit, type BookingVerdict, type CampaignDay, type CampaignLimits } from '../ledger/ledger.asks.js';
import type { QuotaLimits } from '../ledger/quota.decider.js';
import { hourOf, quotaHours, zoneDayAt, type QuotaHour } from '../ledger/quota-hours.policy.js';
import type { DecisionPolicy } from './policy.state.js';

/** Time zones as data, looked up at the edge. */
export interface PlaceZones {
  /** The local day of the campaign that an instant belongs to. */
  readonly campaignDay: (instant: string) => CampaignDay;
  /** The zone by which channels' days are counted, over a span of UTC milliseconds. */
  readonly quotaZone: (span: { readonly from: number; readonly until: number }) => ZoneTable;
}

/** One question to a quota's book; the answer is sent back in. */
export interface PlaceAsk {
  readonly stream: string;
  readonly command: BalanceCommand;
}
type Placing<T> = Generator<PlaceAsk, T, BalanceResult>;

export interface PlaceMessage {
  readonly tenantId: string;
  readonly key: string;
  readonly channel: Channel;
  /** The first moment that would do. */
  readonly wanted: ChosenSendTime;
  /** No other moment would do. */
  readonly only?: boolean;
  readonly expiresAt: string;
  readonly urgency: Urgency;
  readonly policy: Pick<DecisionPolicy, 'channels' | 'sendTime'>;
  readonly campaign: CampaignLimits | undefined;
  /** The recipient's. */
  readonly clock: RecipientClock | undefined;
  readonly attempt: number;
  /** As `PlaceCommand.moves`. */
  readonly moves: boolean;
  readonly now: string;
}

/** A place that is held, and what gives it back. */
export interface TakenPlace {
  readonly stream: string;
  readonly serial: number;
  /** Since this search. */
  readonly fresh: boolean;
  readonly undo: UndoPlace;
}
export interface UndoPlace {
  readonly ledger: 'quota';
  readonly stream: string;
  readonly command: { readonly kind: 'release'; readonly key: string; readonly serial?: number };
  readonly fresh: boolean;
}

export type Placed =
  /** Nothing counts it. */
  | { readonly kind: 'unlimited' }
  /** `left`: held on the way, and used by nothing. */
  | {
      readonly kind: 'placed';
      readonly when: ChosenSendTime;
      readonly taken: readonly TakenPlace[];
      readonly left: readonly UndoPlace[];
    }
  | {
      readonly kind: 'full';
      readonly refusal: Extract<BookingVerdict, { kind: 'refused' }>;
      readonly taken: readonly TakenPlace[];
      readonly left: readonly UndoPlace[];
    }
  /** An earlier try of this round holds a place whose hour will not do any more. */
  | { readonly kind: 'lapsed' };

/** What had no room, and when there may be some again. */
interface Full {
  readonly code: Extract<SendTimeCode, 'after_hour_quota' | 'after_day_quota' | 'after_daily_limit'>;
  readonly limit: number;
  readonly again: string;
}

type Taking =
  | { readonly kind: 'taken'; readonly when: ChosenSendTime; readonly taken: TakenPlace; readonly full?: Full }
  | { readonly kind: 'full'; readonly full: Full }
  | { readonly kind: 'lapsed' };

/**
 * Finds the first moment, from the one that is wanted on, that has room in the channel's hour and day and, where it puts off, in the
 * campaign's day, and that quiet hours and windows allow. Places are taken in the order of asking; one that was taken on the way is given
 * back by whoever decides, once it is certain that nobody committed it. Asking again answers what is held.
 */
export function* placeMessage(zones: PlaceZones, message: PlaceMessage): Placing<Placed> {
  const quota = message.policy.channels[message.channel]?.quota;
  const daily = deferringLimit(message.campaign);
  if (!quota && daily === undefined) return { kind: 'unlimited' };
  const { wanted } = message;
  const farthest = Date.parse(wanted.at) + SEARCH_DAYS * 86_400_000;
  const deadline = new Date(Math.min(Date.parse(message.expiresAt), farthest)).toISOString();
  const left: UndoPlace[] = [];
  let when = wanted;
  let full: Full | undefined;
  for (;;) {
    const taken: TakenPlace[] = [];
    const day = daily === undefined ? undefined : yield* takeDay(zones, message, { when, limit: daily });
    if (day?.kind === 'taken') taken.push(day.taken);
    const until = day?.kind === 'taken' && day.endsAt < deadline ? day.endsAt : deadline;
    const hour = day?.kind === 'full' || !quota ? undefined : yield* takeHour(zones, message, { when, until, quota });
    if (hour?.kind === 'lapsed') return hour;
    if (hour?.kind === 'taken') {
      taken.push(hour.taken);
      when = hour.when;
      full = hour.full ?? full;
    }
    const barrier = day?.kind === 'full' ? day.full : hour?.kind === 'full' ? hour.full : undefined;
    if (!barrier) return { kind: 'placed', when: full ? deferred(when, full, wanted) : when, taken, left };
    full = barrier;
    left.push(...taken.map(({ undo }) => undo));
    const next = message.only ? undefined : openFrom(message, full.again, deadline);
    if (!next) return { kind: 'full', refusal: refusalOf(message, full), taken: [], left };
    when = next;
  }
}

/** A place in the campaign's own day. */
function* takeDay(
  { campaignDay }: PlaceZones,
  { key, campaign }: PlaceMessage,
  { when, limit }: { readonly when: ChosenSendTime; readonly limit: number },
): Placing<
  | { readonly kind: 'taken'; readonly taken: TakenPlace; readonly endsAt: string }
  | { readonly kind: 'full'; readonly full: Full }
> {
  const { campaignKey = '', version = 0 } = campaign ?? {};
  const { day, endsAt } = campaignDay(when.at);
  const stream = quotaStream(campaignKey, day);
  const result = yield { stream, command: { kind: 'reserve', key, amount: 1, limit: { limit, version } } };
  if (result.kind === 'refused') return { kind: 'full', full: { code: 'after_daily_limit', limit, again: endsAt } };
  return { kind: 'taken', taken: takenOf(stream, key, result), endsAt };
}

/** A place in the channel's own hour and day, as early in that day as there is one. */
function* takeHour(
  { quotaZone }: PlaceZones,
  message: PlaceMessage,
  { when, until, quota }: { readonly when: ChosenSendTime; readonly until: string; readonly quota: QuotaLimits },
): Placing<Taking> {
  const { key, channel, urgency, policy, clock, attempt, moves, only } = message;
  const from = Date.parse(when.at);
  const end = Date.parse(until);
  const day = zoneDayAt(quotaZone({ from, until: end }), from);
  const found: QuotaHour[] = only
    ? [{ hour: hourOf(day, from), when: { ...when, openUntil: when.openUntil ?? until } }]
    : quotaHours({ day, from, until: end, urgency, rules: policy.sendTime, clock });
  const stream = quotaStream(channelKey(message.tenantId, channel), day.date);
  const hours = found.map(({ hour }) => hour);
  const result = yield { stream, command: { kind: 'place', key, limits: quota, hours, attempt, moves } };
  if (result.kind === 'refused') {
    const again = new Date(Math.min(day.until, end)).toISOString();
    const code = result.full === 'day' ? 'after_day_quota' : 'after_hour_quota';
    return { kind: 'full', full: { code, limit: result.limit, again } };
  }
  const taken = takenOf(stream, key, result);
  const hour = result.kind === 'absent' ? undefined : result.hour;
  const at = found.findIndex((each) => each.hour === hour);
  const place = found[at];
  if (!place) {
    if (!moves && !only) return { kind: 'lapsed' };
    // Of a later attempt than this one: whoever asks will be told so by the stream.
    return { kind: 'taken', when: { ...when, at: hour !== undefined && hour > when.at ? hour : when.at }, taken };
  }
  const put = { ...(at === 0 ? when : place.when), openUntil: place.when.openUntil };
  const limit = quota.perHour ?? 0;
  const full: Full | undefined = at > 0 ? { code: 'after_hour_quota', limit, again: put.at } : undefined;
  return { kind: 'taken', when: put, taken, ...(full ? { full } : {}) };
}

function takenOf(stream: string, key: string, result: { readonly kind: string; readonly serial?: number }): TakenPlace {
  const { serial = 0 } = result;
  const fresh = result.kind === 'booked';
  const command = { kind: 'release', key, ...(serial > 0 ? { serial } : {}) } as const;
  return { stream, serial, fresh, undo: { ledger: 'quota', stream, command, fresh } };
}

/** The first moment from then on that is allowed; no better hour is looked for. */
function openFrom(message: PlaceMessage, from: string, expiresAt: string): ChosenSendTime | undefined {
  const { urgency, clock, policy } = message;
  const rules = earliestBy(policy.sendTime);
  const when = chooseSendTime({ now: from, expiresAt, urgency, rules, clock });
  return when.kind === 'at' ? when : undefined;
}

const deferred = (when: ChosenSendTime, { code, limit }: Full, { at: wanted }: ChosenSendTime): ChosenSendTime => ({
  ...when,
  code,
  facts: { at: when.at, ...when.facts, wanted, limit },
});

const REASONS = {
  after_hour_quota: 'channel_hour_quota_full',
  after_day_quota: 'channel_day_quota_full',
  after_daily_limit: 'daily_limit_reached',
} as const;

function refusalOf({ channel, wanted, expiresAt }: PlaceMessage, { code, limit }: Full) {
  const step = code === 'after_daily_limit' ? 'daily_limit' : 'send_time';
  const facts = { limit, channel, wanted: wanted.at, deadline: expiresAt };
  return { kind: 'refused', step, reason: REASONS[code], facts } as const;
}
