import type { CampaignSettings, CampaignStatus, Channel, TenantSettings } from '@homing/contracts';
import type { Actor, Campaign, CampaignRef, NewCampaign, Tenant } from './registry.types.js';

/** Prices in another currency than a budget: what is spent could not be counted. Names the channels. */
export type OtherCurrency = { readonly kind: 'other_currency'; readonly channels: readonly Channel[] };
/** Changed since the version that was seen; nothing was written. */
export type Outdated = { readonly kind: 'outdated'; readonly settingsVersion: number };

export type CampaignCreation =
  /** `exists`: it stood before and was not changed. */
  { readonly kind: 'created' | 'exists'; readonly campaign: Campaign } | OtherCurrency;

export type CampaignChange = CampaignRef & {
  readonly name?: string;
  /** Replaces what stands. */
  readonly settings?: CampaignSettings;
  readonly status?: CampaignStatus;
  /** Settings version that the change was made on; absent: whatever stands. */
  readonly seenVersion?: number;
};
export type CampaignChanged =
  | { readonly kind: 'changed' | 'unchanged'; readonly campaign: Campaign }
  | { readonly kind: 'missing' }
  /** A stopped campaign stays so. */
  | { readonly kind: 'stopped' }
  | OtherCurrency
  | Outdated;

export type TenantSettingsChange = {
  readonly tenantId: string;
  /** Replaces what stands. */
  readonly settings: TenantSettings;
  readonly seenVersion?: number;
};
export type TenantSettingsChanged =
  | { readonly kind: 'changed' | 'unchanged'; readonly tenant: Tenant }
  | { readonly kind: 'missing' }
  | OtherCurrency
  | Outdated;

/** Settings as a tenant changes them itself: checked against each other, and audited when they change. */
export type SettingsWriter = {
  createCampaign(input: Actor & NewCampaign): Promise<CampaignCreation>;
  changeCampaign(input: Actor & CampaignChange): Promise<CampaignChanged>;
  changeTenantSettings(input: Actor & TenantSettingsChange): Promise<TenantSettingsChanged>;
};

export type CampaignFilter = {
  readonly tenantId: string;
  readonly status?: CampaignStatus;
  /** Only those with a budget. */
  readonly budgeted?: boolean;
  /** Of the page before. @throws InvalidCursorError */
  readonly cursor?: string;
  readonly limit: number;
};

/** Read fresh, past every cache: what was just written is seen, whichever process wrote it. */
export type SettingsView = {
  /** Newest first. */
  listCampaigns(filter: CampaignFilter): Promise<{ readonly items: readonly Campaign[]; readonly nextCursor?: string }>;
  readCampaign(ref: CampaignRef): Promise<Campaign | undefined>;
  readTenant(tenantId: string): Promise<Tenant | undefined>;
};
