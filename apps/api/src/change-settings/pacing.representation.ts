import type { TenantSettings } from '@homing/contracts';
import { effectivePolicy, paceBudget, pacingSentence, type DecisionPolicy } from '@homing/domain';
import type { ConversionCount, LedgerBalanceRow } from '@homing/read-model';
import type { Campaign } from '@homing/vault/registry';
import { shownReturn } from '../read-analytics/performance.representation.js';
import { localDay } from './local.day.js';

export interface PacedCampaign {
  /** Of the installation. */
  readonly policy: DecisionPolicy;
  readonly campaign: Campaign;
  readonly tenant: { readonly settings: TenantSettings; readonly settingsVersion: number } | undefined;
  readonly balances: readonly LedgerBalanceRow[];
  /** Messages of the campaign that a provider took. */
  readonly messages: number;
  readonly conversions: readonly ConversionCount[];
  readonly now: Date;
}

/** How the campaign's money is spent against an even rate over its period; without one, or without a total, there is no rate. */
export function shownPacing({ policy, campaign, tenant, balances, messages, conversions, now }: PacedCampaign) {
  const { campaignId, currency, settings } = campaign;
  const { totalMicros, period } = settings.budget ?? {};
  const timeZone = settings.timeZone ?? tenant?.settings.timeZone ?? 'UTC';
  const came = shownReturn({ campaign, balances, messages, conversions });
  const head = { campaignId, currency, timeZone, asOf: now.toISOString(), period: period ?? null, messages, ...came };
  if (totalMicros === undefined || period === undefined) {
    const missing = totalMicros === undefined ? 'budget.totalMicros' : 'budget.period';
    const explanation = `There is no rate to measure against: the campaign sets no ${missing}.`;
    return { ...head, recommendation: 'none' as const, explanation };
  }
  const whole = balances.find((balance) => balance.kind === 'money' && balance.day === null);
  const { day: today, passed } = localDay(now, timeZone);
  const pacing = paceBudget({
    ...{ period, totalMicros, messages, today, passed, priceMicros: dearest(currency, tenant, policy) },
    spentMicros: Number(whole?.spent ?? 0n),
    reservedMicros: Number(whole?.reserved ?? 0n),
  });
  return { ...head, totalMicros, ...pacing, explanation: pacingSentence(pacing) };
}

/** The dearest message that may be sent, which is what is reserved for one at most; undefined where messages are free. */
function dearest(currency: string, tenant: PacedCampaign['tenant'], base: DecisionPolicy): number | undefined {
  const versioned = tenant && { settings: tenant.settings, version: tenant.settingsVersion };
  const { channels } = effectivePolicy(base, versioned, undefined);
  const prices = Object.values(channels).flatMap(({ enabled, price }) =>
    enabled && price.currency === currency ? [price.micros] : [],
  );
  return Math.max(0, ...prices) || undefined;
}
