import { budgetStream, personStream, quotaStream, type DecisionStep, type LegBooking } from '@homing/contracts';
import type { BalanceCommand, BalanceLimit } from './balance.decider.js';
import type { ContactLimits, SlotCommand } from './person.decider.js';
import type { ContactSlot } from './person.state.js';

/** One reservation wanted of one ledger, and the step of the decision that it belongs to. */
export type LedgerAsk =
  | { readonly ledger: 'person'; readonly stream: string; readonly command: SlotCommand }
  | {
      readonly ledger: 'budget' | 'quota';
      readonly stream: string;
      readonly step: Extract<DecisionStep, 'budget' | 'daily_limit'>;
      readonly command: BalanceCommand;
    };

/** How the books answered the asks of one leg. */
export type BookingVerdict =
  | { readonly kind: 'booked'; readonly booking: LegBooking; readonly slot: ContactSlot }
  | {
      readonly kind: 'refused';
      readonly step: Extract<DecisionStep, 'dedup' | 'frequency_cap' | 'budget' | 'daily_limit'>;
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
  /** Messages a day. */
  readonly dailyLimit?: number | null | undefined;
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
const countsDays = (campaign: CampaignLimits | undefined, micros: number): boolean =>
  (campaign?.perDayMicros !== undefined && micros > 0) || typeof campaign?.dailyLimit === 'number';

/** How long a booking for `at` holds: never past the end of a day that is counted. */
export function heldUntil(
  at: string,
  campaign: CampaignLimits | undefined,
  day: CampaignDay | undefined,
  micros: number,
): string {
  const until = new Date(Date.parse(at) + BOOKING_HOLDS_MS).toISOString();
  return day && countsDays(campaign, micros) && day.endsAt < until ? day.endsAt : until;
}

/** How long a booking holds that would hold until `until`: never into what is closed from `openUntil` on. */
export const heldWhileOpen = (until: string, openUntil: string | undefined): string =>
  openUntil !== undefined && Date.parse(openUntil) <= Date.parse(until)
    ? new Date(Date.parse(openUntil) - 1).toISOString()
    : until;

/** Everything one message must have reserved before it is committed, in the order of the steps. */
export function asksOf({ personId, slot, heldBy, limits, campaign, day, openUntil }: Wanted): LedgerAsk[] {
  const until = heldWhileOpen(heldUntil(slot.at, campaign, day, slot.cost.micros), openUntil);
  const book: SlotCommand = { kind: 'book', slot: { ...slot, until }, limits };
  const people = heldBy === undefined || heldBy === personId ? [personId] : [personId, heldBy];
  return [
    ...people.map((id): LedgerAsk => ({ ledger: 'person', stream: personStream(id), command: book })),
    ...balanceAsks(slot.key, slot.cost.micros, campaign, day),
  ];
}

/** What a campaign's books are asked for: money where the message costs any, volume where it is limited. */
export function balanceAsks(
  key: string,
  micros: number,
  campaign: CampaignLimits | undefined,
  day: CampaignDay | undefined,
): LedgerAsk[] {
  if (!campaign) return [];
  const { campaignKey, version, totalMicros, perDayMicros, dailyLimit } = campaign;
  const reserve = (amount: number, limit: number | null): BalanceCommand => {
    const of: BalanceLimit = { limit, version };
    return { kind: 'reserve', key, amount, limit: of };
  };
  const asks: LedgerAsk[] = [];
  if (micros > 0) {
    const total = reserve(micros, totalMicros ?? null);
    asks.push({ ledger: 'budget', step: 'budget', stream: budgetStream(campaignKey), command: total });
    if (perDayMicros !== undefined && day) {
      const stream = budgetStream(campaignKey, day.day);
      asks.push({ ledger: 'budget', step: 'budget', stream, command: reserve(micros, perDayMicros) });
    }
  }
  if (typeof dailyLimit === 'number' && day) {
    const stream = quotaStream(campaignKey, day.day);
    asks.push({ ledger: 'quota', step: 'daily_limit', stream, command: reserve(1, dailyLimit) });
  }
  return asks;
}
