export interface ReturnInputs {
  /** Charged by what was sent, in micro-units of the campaign's currency. Null: nothing was ever booked, so nothing is known. */
  readonly spentMicros: number | null;
  /** Messages a provider took. */
  readonly messages: number;
  readonly conversions: number;
  /** Of the conversions that have one, in the campaign's currency. */
  readonly valueMicros: number;
}

export interface CampaignReturn {
  /** Spent / messages, rounded up. Null: nothing is known of what was spent, or nothing was sent. */
  readonly costPerMessageMicros: number | null;
  /** Spent / conversions, rounded up. Null likewise. */
  readonly costPerConversionMicros: number | null;
  /** (value - spent) / spent, four decimals: 0 is even, 1 is twice what was spent, -1 is nothing back. Null where nothing was spent. */
  readonly roi: number | null;
}

/** What a campaign's money came to. Never divides by nothing: where nothing is known it says null, not 0. */
export function campaignReturn({ spentMicros, messages, conversions, valueMicros }: ReturnInputs): CampaignReturn {
  const each = (count: number): number | null =>
    spentMicros === null || count === 0 ? null : ceilDivided(spentMicros, count);
  return {
    costPerMessageMicros: each(messages),
    costPerConversionMicros: each(conversions),
    roi: spentMicros ? rounded((valueMicros - spentMicros) / spentMicros) : null,
  };
}

/** Exact where a quotient of two floats might not be. */
const ceilDivided = (amount: number, count: number): number =>
  (amount - (amount % count)) / count + (amount % count === 0 ? 0 : 1);

/** Without a negative nothing. */
const rounded = (ratio: number): number => Math.round(ratio * 10_000) / 10_000 || 0;
