import type { CampaignSettings, CampaignStatus, Channel, TenantSettings } from '@homing/contracts';

export type Tenant = {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  /** The tenant's default sender; null until set. */
  readonly sender: Sender | null;
  readonly settings: TenantSettings;
  /** From 0; one more with each change of the settings. */
  readonly settingsVersion: number;
};

export type Sender = {
  readonly email: string;
  readonly name: string;
  readonly replyTo: string | null;
  /** Logo, colours, company, postal address: shown in messages, free in form. */
  readonly branding: Readonly<Record<string, string>>;
};

/** Bodies of one channel in Liquid. */
export type TemplateBody = {
  readonly subject?: string;
  readonly html?: string;
  readonly text?: string;
  /** Of WhatsApp: a template that the provider keeps, Liquid for each of its placeholders. */
  readonly providerTemplate?: {
    readonly name: string;
    readonly language: string;
    readonly parameters: readonly string[];
  };
};

export type Template = {
  /** The same for all versions. */
  readonly id: string;
  readonly tenantId: string;
  /** The caller's name for it. */
  readonly templateId: string;
  /** From 1; a version never changes. */
  readonly version: number;
  readonly bodies: Readonly<Partial<Record<Channel, TemplateBody>>>;
  /** Names of the variables a message needs. */
  readonly variables: readonly string[];
  readonly description: string;
  readonly createdAt: string;
};

export type Campaign = {
  /** Our own id: the `campaignKey` of events. */
  readonly id: string;
  readonly tenantId: string;
  /** The caller's name for it. */
  readonly campaignId: string;
  readonly name: string;
  readonly status: CampaignStatus;
  /** ISO 4217. */
  readonly currency: string;
  readonly settings: CampaignSettings;
  /** From 0; one more with each change of the settings. */
  readonly settingsVersion: number;
  readonly createdAt: string;
};

export type TemplateRef = {
  readonly tenantId: string;
  readonly templateId: string;
  /** The newest when absent. */ readonly version?: number;
};
/** Exactly one version by our own id, as events name it. */
export type TemplateVersionRef = { readonly tenantId: string; readonly id: string; readonly version: number };
/** By our own id, as events name it. */
export type CampaignIdRef = { readonly tenantId: string; readonly id: string };
export type CampaignRef = { readonly tenantId: string; readonly campaignId: string };

export type ApiKeyVerdict =
  | { readonly kind: 'valid'; readonly keyId: string; readonly tenantId: string; readonly scopes: readonly string[] }
  /** Malformed, unknown, wrong secret, revoked, or its tenant is suspended: one answer, so nothing can be probed. */
  | { readonly kind: 'invalid' };

/**
 * Configuration, read through a cache. What another process changes is seen after at most `freshForMs`; what this process
 * writes is seen at once by readers sharing the cache. Set-wise reads answer in the order asked.
 */
export type RegistryReader = {
  findTenant(tenantId: string): Promise<Tenant | undefined>;
  findTenants(tenantIds: readonly string[]): Promise<(Tenant | undefined)[]>;
  findTemplate(ref: TemplateRef): Promise<Template | undefined>;
  findTemplates(refs: readonly TemplateRef[]): Promise<(Template | undefined)[]>;
  findTemplateVersions(refs: readonly TemplateVersionRef[]): Promise<(Template | undefined)[]>;
  findCampaign(ref: CampaignRef): Promise<Campaign | undefined>;
  findCampaigns(refs: readonly CampaignRef[]): Promise<(Campaign | undefined)[]>;
  findCampaignsById(refs: readonly CampaignIdRef[]): Promise<(Campaign | undefined)[]>;
  /** Constant time in the secret. Records `last_used_at`, at most once a minute a key. */
  verifyApiKey(presented: string): Promise<ApiKeyVerdict>;
  /** Forgets everything cached. */
  invalidate(): void;
};

export type Actor = { /** Who did it: a key id, a user id, `system`. */ readonly actor: string };

/** Every write is one transaction with its audit entry and moves `registry.version`. */
export type RegistryWriter = {
  /** Creating a tenant that exists changes nothing and answers the stored one. */
  createTenant(
    input: Actor & { readonly id?: string; readonly name: string; readonly sender?: Sender },
  ): Promise<Tenant>;
  setTenantStatus(
    input: Actor & { readonly tenantId: string; readonly status: Tenant['status'] },
  ): Promise<Tenant | undefined>;
  /** Replaces the tenant's settings; the same again changes nothing. */
  setTenantSettings(
    input: Actor & { readonly tenantId: string; readonly settings: TenantSettings },
  ): Promise<Tenant | undefined>;
  setSender(input: Actor & { readonly tenantId: string; readonly sender: Sender }): Promise<Tenant | undefined>;
  /** The key is given here once and never again: only its SHA-256 is kept. */
  createApiKey(input: Actor & NewApiKey): Promise<{ readonly keyId: string; readonly key: string }>;
  revokeApiKey(input: Actor & { readonly tenantId: string; readonly keyId: string }): Promise<boolean>;
  /** Adds a version; content equal to the newest version adds none and answers that one. */
  putTemplate(input: Actor & NewTemplate): Promise<Template>;
  /** Creates or changes by (tenant, campaignId). The currency of an existing campaign never changes. */
  putCampaign(input: Actor & NewCampaign): Promise<Campaign>;
};

export type NewApiKey = {
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** `live`, `test`, `local`: letters only. */ readonly env: string;
};
export type NewTemplate = Pick<Template, 'tenantId' | 'templateId' | 'bodies' | 'variables'> & {
  readonly description?: string;
};
export type NewCampaign = CampaignRef & {
  readonly name: string;
  readonly status?: Campaign['status'];
  readonly currency: string;
  /** Replaces what stands; absent leaves it. */
  readonly settings?: CampaignSettings;
};
