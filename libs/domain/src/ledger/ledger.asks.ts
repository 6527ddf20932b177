import {
  budgetStream,
  channelBudgetStream,
  personStream,
  quotaStream,
  type Channel,
  type ChannelAmounts,
  type DecisionStep,
  type LegBooking,
  type WhenFull,
} from '@homing/contracts';
import type { BalanceCommand } from './balance.decider.js';
import type { ContactLimits, SlotCommand } from './person.decider.js';
import type { ContactSlot } from './person.state.js';

/** One reservation wanted of one ledger, and the step of the decision that it belongs to. */
export type LedgerAsk =
  | { readonly ledger: 'person'; readonly stream: string; readonly command: SlotCommand }
  | {
      readonly ledger: 'budget' | 'quota';
      readonly stream: string;
      readonly step: Extract<DecisionStep, 'budget' | 'daily_limit'>;
      /** Whose part of a budget it is. Absent: the whole's. */
      readonly channel?: Channel;
      readonly command: BalanceCommand;
    };

/** How the books answered the asks of one leg. */
export type BookingVerdict =
  | { readonly kind: 'booked'; readonly booking: LegBooking; readonly slot: ContactSlot }
  | {
      readonly kind: 'refused';
      readonly step: Extract<DecisionStep, 'dedup' | 'frequency_cap' | 'budget' | 'daily_limit' | 'send_time'>;
      readonly reason: string;
      readonly facts?: Readonly<Record<string, string | number | boolean>>;
    };

/** A booking holds this long after its planned instant; whatever starts later is booked anew. Milliseconds. */
export const BOOKING_HOLDS_MS = 5 * 60_000;

/** A campaign's local day: its date, and the instant it ends. */
export interface CampaignDay {
  readonly day: string;
  readonly endsAt: string;
}

/** What limits a campaign as a whole. */
export interface CampaignLimits {
  readonly campaignKey: string;
  readonly currency: string;
  /** Of the settings the limits come from. */
  readonly version: number;
  readonly totalMicros?: number | undefined;
  readonly perDayMicros?: number | undefined;
  /** What of the budget may go to one channel. */
  readonly channels?: ChannelAmounts | undefined;
  /** Messages a day. */
  readonly dailyLimit?: number | null | undefined;
  /** `defer`: a place in the daily limit is found before the books are asked. Default `refuse`. */
  readonly whenFull?: WhenFull | undefined;
}

/** The limit of a campaign's days that puts messages off; undefined where none does. */
export const deferringLimit = (campaign: CampaignLimits | undefined): number | undefined =>
  campaign?.whenFull === 'defer' ? (campaign.dailyLimit ?? undefined) : undefined;

/** What is counted in a campaign's books. */
export interface Counted {
  readonly channel: Channel;
  readonly micros: number;
  readonly campaign?: CampaignLimits | undefined;
  /** The campaign's day at the planned instant. */
  readonly day?: CampaignDay | undefined;
}

export interface Wanted {
  readonly personId: string;
  readonly slot: Omit<ContactSlot, 'attempt' | 'until'>;
  readonly heldBy?: string | undefined;
  readonly limits: ContactLimits;
  readonly campaign?: CampaignLimits | undefined;
  /** The campaign's day at the planned instant. */
  readonly day?: CampaignDay | undefined;
  /** When quiet hours begin or the send window ends: the booking holds no longer. */
  readonly openUntil?: string | undefined;
}

/** True when the leg's place in the campaign's day is counted somewhere. */
const countsDays = ({ campaign, channel, micros }: Counted): boolean =>
  typeof campaign?.dailyLimit === 'number' ||
  (micros > 0 && (campaign?.perDayMicros ?? campaign?.channels?.[channel]?.perDayMicros) !== undefined);

/** How long a booking for `at` holds: never past the end of a day that is counted. */
export function heldUntil(at: string, counted: Counted): string {
  const { day } = counted;
  const until = new Date(Date.parse(at) + BOOKING_HOLDS_MS).toISOString();
  return day && countsDays(counted) && day.endsAt < until ? day.endsAt : until;
}

/** How long a booking holds that would hold until `until`: never into what is closed from `openUntil` on. */
export const heldWhileOpen = (until: string, openUntil: string | undefined): string =>
  openUntil !== undefined && Date.parse(openUntil) <= Date.parse(until)
    ? new Date(Date.parse(openUntil) - 1).toISOString()
    : until;

/** Everything one message must have reserved before it is committed, in the order of the steps. */
export function asksOf({ personId, slot, heldBy, limits, campaign, day, openUntil }: Wanted): LedgerAsk[] {
  const counted: Counted = { channel: slot.channel, micros: slot.cost.micros, campaign, day };
  const until = heldWhileOpen(heldUntil(slot.at, counted), openUntil);
  const book: SlotCommand = { kind: 'book', slot: { ...slot, until }, limits };
  const people = heldBy === undefined || heldBy === personId ? [personId] : [personId, heldBy];
  return [
    ...people.map((id): LedgerAsk => ({ ledger: 'person', stream: personStream(id), command: book })),
    ...balanceAsks(slot.key, counted),
  ];
}

/** What a campaign's books are asked for: money where the message costs any, volume where a full day refuses. */
export function balanceAsks(key: string, counted: Counted): LedgerAsk[] {
  const { campaign, day } = counted;
  if (!campaign) return [];
  const { campaignKey, version, dailyLimit } = campaign;
  const asks = moneyAsks(key, counted, campaign);
  if (typeof dailyLimit === 'number' && day && deferringLimit(campaign) === undefined) {
    const stream = quotaStream(campaignKey, day.day);
    const command: BalanceCommand = { kind: 'reserve', key, amount: 1, limit: { limit: dailyLimit, version } };
    asks.push({ ledger: 'quota', step: 'daily_limit', stream, command });
  }
  return asks;
}

function moneyAsks(key: string, { channel, micros, day }: Counted, campaign: CampaignLimits): LedgerAsk[] {
  if (micros === 0) return [];
  const { campaignKey, version, totalMicros, perDayMicros, channels } = campaign;
  const ask = (stream: string, limit: number | null, of?: { readonly channel: Channel }): LedgerAsk => {
    const command: BalanceCommand = { kind: 'reserve', key, amount: micros, limit: { limit, version } };
    return { ledger: 'budget', step: 'budget', stream, command, ...of };
  };
  const own = channels?.[channel];
  const asks = [ask(budgetStream(campaignKey), totalMicros ?? null)];
  if (perDayMicros !== undefined && day) asks.push(ask(budgetStream(campaignKey, day.day), perDayMicros));
  if (own?.totalMicros !== undefined)
    asks.push(ask(channelBudgetStream(campaignKey, channel), own.totalMicros, { channel }));
  if (own?.perDayMicros !== undefined && day)
    asks.push(ask(channelBudgetStream(campaignKey, channel, day.day), own.perDayMicros, { channel }));
  return asks;
}
