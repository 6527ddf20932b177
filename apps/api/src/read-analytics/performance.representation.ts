import { campaignReturn } from '@homing/domain';
import type { ConversionCount, LedgerBalanceRow } from '@homing/read-model';
import type { Campaign } from '@homing/vault/registry';

export interface CampaignFigures {
  readonly campaign: Pick<Campaign, 'campaignId' | 'currency'>;
  readonly balances: readonly LedgerBalanceRow[];
  /** That a provider took. */
  readonly messages: number;
  readonly conversions: readonly ConversionCount[];
}

/** What a campaign's money came to, all its conversions together. */
export function shownReturn({ campaign, balances, messages, conversions }: CampaignFigures) {
  const whole = balances.find((balance) => balance.kind === 'money' && balance.day === null);
  const spentMicros = whole ? Number(whole.spent) : null;
  const counted = conversions.reduce((all, { count }) => all + Number(count), 0);
  const valueMicros = conversions.reduce((all, each) => all + valueIn(campaign.currency, each), 0);
  const { costPerConversionMicros, roi } = campaignReturn({ spentMicros, messages, conversions: counted, valueMicros });
  return { conversions: counted, valueMicros, costPerConversionMicros, roi };
}

/** The same with its parts. */
export function shownPerformance(figures: CampaignFigures & { readonly now: Date }) {
  const { campaign, balances, messages, conversions, now } = figures;
  const { campaignId, currency } = campaign;
  const whole = balances.find((balance) => balance.kind === 'money' && balance.day === null);
  const spentMicros = whole ? Number(whole.spent) : null;
  const { costPerMessageMicros } = campaignReturn({ spentMicros, messages, conversions: 0, valueMicros: 0 });
  return {
    ...{ campaignId, currency, asOf: now.toISOString(), messages, spentMicros, costPerMessageMicros },
    ...shownReturn(figures),
    kinds: [...Map.groupBy(conversions, ({ kind }) => kind)].map(([kind, of]) => ({
      kind,
      conversions: of.reduce((all, { count }) => all + Number(count), 0),
      valueMicros: of.reduce((all, each) => all + valueIn(currency, each), 0),
    })),
  };
}

/** Others than the campaign's are refused when they are reported. */
const valueIn = (currency: string, { currency: of, valueMicros }: ConversionCount): number =>
  of === currency ? Number(valueMicros) : 0;
