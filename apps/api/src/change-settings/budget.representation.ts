import { CHANNELS, channelKey } from '@homing/contracts';
import type { LedgerBalanceRow } from '@homing/read-model';
import type { Campaign, Tenant } from '@homing/vault/registry';
import { sendTimeOf } from './settings.representation.js';

type Wider = Pick<Tenant, 'settings'> | undefined;

/** What is spoken for in the books of a campaign; nothing while they were never opened. */
const sums = (balance: LedgerBalanceRow | undefined) => ({
  reserved: Number(balance?.reserved ?? 0n),
  spent: Number(balance?.spent ?? 0n),
  variance: Number(balance?.variance ?? 0n),
});

const money = (balance: LedgerBalanceRow | undefined, limitMicros: number | null) => {
  const { reserved, spent, variance } = sums(balance);
  return { limitMicros, reservedMicros: reserved, spentMicros: spent, varianceMicros: variance };
};

/** A campaign's money as a whole. */
export function shownBudget(
  { campaignId, currency, settings, settingsVersion }: Campaign,
  tenant: Wider,
  balances: readonly LedgerBalanceRow[],
) {
  const whole = balances.find((balance) => balance.kind === 'money' && balance.day === null);
  return {
    campaignId,
    currency,
    settingsVersion,
    total: money(whole, settings.budget?.totalMicros ?? null),
    perDayLimitMicros: settings.budget?.perDayMicros ?? null,
    dailyLimit: settings.dailyLimit ?? null,
    timeZone: sendTimeOf(settings, tenant?.settings ?? {}).timeZone,
  };
}

const channelsOf = ({ settings }: Campaign) =>
  CHANNELS.flatMap((channel) => {
    const limits = settings.budget?.channels?.[channel];
    return limits ? [{ channel, limits }] : [];
  });

/** What the balances of a campaign's money are named by. */
export const budgetKeysOf = (campaign: Campaign): string[] => [
  campaign.id,
  ...channelsOf(campaign).map(({ channel }) => channelKey(campaign.id, channel)),
];

/** With its days, newest first: the limit of each is what stood when it was last charged. */
export function shownBudgetDays(campaign: Campaign, tenant: Wider, all: readonly LedgerBalanceRow[]) {
  const balances = all.filter(({ campaignKey }) => campaignKey === campaign.id);
  const days = (kind: LedgerBalanceRow['kind']) =>
    balances
      .flatMap((balance) => {
        const { day, limitAmount } = balance;
        return balance.kind === kind && day !== null
          ? [{ day, limit: limitAmount === null ? null : Number(limitAmount), balance }]
          : [];
      })
      .reverse();
  return {
    ...shownBudget(campaign, tenant, balances),
    channels: channelsOf(campaign).map(({ channel, limits }) => {
      const key = channelKey(campaign.id, channel);
      const whole = all.find(({ campaignKey, day }) => campaignKey === key && day === null);
      const { totalMicros = null, perDayMicros = null } = limits;
      return { channel, ...money(whole, totalMicros), perDayLimitMicros: perDayMicros };
    }),
    days: days('money').map(({ day, limit, balance }) => ({ day, ...money(balance, limit) })),
    messages: days('message').map(({ day, limit, balance }) => {
      const { reserved, spent } = sums(balance);
      return { day, limit, reserved, sent: spent };
    }),
  };
}
