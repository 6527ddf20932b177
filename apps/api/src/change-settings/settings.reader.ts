import {
  readCampaignSettings,
  readTenantSettings,
  sendTimeFaults,
  type CampaignSettings,
  type FieldFault,
  type SettingsReading,
  type TenantSettings,
} from '@homing/contracts';
import type { CampaignChanged, OtherCurrency, Outdated, TenantSettingsChanged } from '@homing/vault/registry';
import { invalidField, ProblemError } from '../problem/problem.error.js';

/** @throws ProblemError naming each field within `settings` */
export const campaignSettingsOf = (settings: unknown): CampaignSettings =>
  valid(readCampaignSettings(settings), (field) => (field ? `settings.${field}` : 'settings'));

/**
 * A campaign's settings, if what they leave to the tenant does not make them impossible.
 * @throws ProblemError naming each field within `settings`
 */
export function keepable(settings: CampaignSettings, tenant: { readonly settings: TenantSettings } | undefined) {
  const { quietHours, windows } = { ...tenant?.settings, ...settings };
  const faults = sendTimeFaults({
    ...(quietHours === undefined ? {} : { quietHours }),
    ...(windows === undefined ? {} : { windows }),
  });
  const errors = faults.map((fault): FieldFault => ({ ...fault, field: `settings.${fault.field}` }));
  if (errors.length > 0) throw new ProblemError('invalid_fields', { errors });
  return settings;
}

/** What can be read back and sent again: `settingsVersion` is what was seen, `effective` follows from the rest. */
export interface PoliciesBody {
  readonly settings: TenantSettings;
  readonly seenVersion?: number;
}

/** @throws ProblemError naming each field */
export function readPolicies(body: unknown): PoliciesBody {
  const { settingsVersion, effective: _derived, ...settings } = isRecord(body) ? body : { body };
  if (!isRecord(body)) valid(readTenantSettings(body), (field) => field);
  const seen = readSeenVersion(settingsVersion);
  return { settings: valid(readTenantSettings(settings), (field) => field), ...seen };
}

/** The version that a change was made on, where it names one. @throws ProblemError */
export function readSeenVersion(settingsVersion: unknown): { readonly seenVersion?: number } {
  if (settingsVersion === undefined || settingsVersion === null) return {};
  if (!(Number.isInteger(settingsVersion) && Number(settingsVersion) >= 0))
    throw invalidField('settingsVersion', 'isInt', 'settingsVersion must be a whole number of at least 0');
  return { seenVersion: Number(settingsVersion) };
}

/** @throws ProblemError naming each fault by its field */
export function valid<T>(reading: SettingsReading<T>, named: (field: string) => string): T {
  if (reading.kind === 'valid') return reading.settings;
  const errors = reading.faults.map((fault): FieldFault => ({ ...fault, field: named(fault.field) }));
  throw new ProblemError('invalid_fields', { errors });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Refused = Exclude<CampaignChanged | TenantSettingsChanged, { readonly kind: 'changed' | 'unchanged' }>;

/** The refusal as this API says it. `money` is the field whose currency is another than that of the prices, or of the budgets. */
export function refusalOf(refused: Refused, money: (clash: OtherCurrency) => readonly FieldFault[]): ProblemError {
  switch (refused.kind) {
    case 'missing':
      return new ProblemError('not_found');
    case 'stopped':
      return new ProblemError('campaign_stopped', { detail: 'create another campaign to go on' });
    case 'outdated':
      return outdated(refused);
    case 'other_currency':
      return new ProblemError('invalid_fields', { errors: money(refused) });
  }
}

const outdated = ({ settingsVersion }: Outdated): ProblemError =>
  new ProblemError('outdated', {
    detail: `the settings have version ${settingsVersion} now: read them, and send the change made on that version`,
  });

/** Budgets and prices are of one currency. */
export const budgetClash = ({ channels }: OtherCurrency): FieldFault[] => [
  {
    field: 'settings.budget',
    code: 'currency_mismatch',
    message: `cannot be charged: the price of ${channels.join(', ')} is in another currency than this campaign`,
  },
];
export const priceClash = ({ channels }: OtherCurrency): FieldFault[] =>
  channels.map((channel) => ({
    field: `prices.${channel}.currency`,
    code: 'currency_mismatch',
    message: 'is not the currency of the campaigns that have a budget',
  }));
