import type { CampaignSettings, CampaignStatus, TenantSettings } from '@homing/contracts';
import type { Campaign, RegistryReader, Template, Tenant } from '@homing/vault/registry';
import type { CampaignStanding } from '@homing/vault/gate';
import { Changes } from '../engine/idle.wait.js';
import type { Life } from '../engine/process.life.js';
import type { Random } from '../engine/random.source.js';
import type { Trace } from '../engine/trace.log.js';
import type { VirtualTime } from '../engine/virtual.time.js';
import type { Faults } from './fault.profile.js';
import { WeatherError, type Network } from './sim.network.js';

export type RegistryPort = Pick<
  RegistryReader,
  'findTenants' | 'findTemplates' | 'findTemplateVersions' | 'findCampaigns' | 'findCampaignsById'
>;

export interface RegistryParts {
  readonly random: Random;
  readonly network: Network;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly faults: Faults;
}

/** How long a process may go on with what it read, in milliseconds. */
const FRESH_MS = 5_000;
const CREATED = '2026-01-01T00:00:00.000Z';

/** Worst case of one message, in micro-units. */
export const PRICE = 1_000;

/** Tenants, templates and campaigns with their rules. */
export class SimRegistry {
  readonly tenants: readonly Tenant[];
  readonly templates: readonly Template[];
  readonly #campaigns: Map<string, { now: Campaign; before: Campaign; changedAt: number }>;
  readonly #statusChangedAt = new Map<string, number>();
  /** A campaign's status was set. */
  readonly changes = new Changes();
  /** Every set of rules a campaign ever had. */
  readonly #rules = new Map<string, CampaignSettings[]>();
  /** Since when a campaign is not active, by its key. */
  readonly restingSince = new Map<string, number>();

  constructor(private readonly parts: RegistryParts) {
    const { random } = parts;
    const { uuid } = random;
    this.tenants = ['one', 'two'].map((name) => {
      const id = uuid();
      const settings = { ...drawTenant(random), ...quietHoursOf(id), ...quotasOf(id) };
      return { id, name, status: 'active' as const, sender: null, settings, settingsVersion: 1 };
    });
    this.templates = this.tenants.map(({ id: tenantId }) => ({
      ...{ id: uuid(), tenantId, templateId: 'hello', version: 1, variables: [], description: '', createdAt: CREATED },
      bodies: { email: { subject: 'Hello', text: 'Hello {{ recipient.name }}' } },
    }));
    const campaigns = this.tenants.map(({ id: tenantId }): Campaign => ({
      ...{
        id: uuid(),
        tenantId,
        campaignId: 'spring',
        name: 'spring',
        status: 'active',
        currency: 'EUR',
        createdAt: CREATED,
      },
      settings: drawCampaign(random),
      settingsVersion: 1,
    }));
    for (const { id, settings } of campaigns) this.#rules.set(id, [settings]);
    this.#campaigns = new Map(campaigns.map((now) => [now.id, { now, before: now, changedAt: -Infinity }]));
  }

  get campaigns(): readonly Campaign[] {
    return [...this.#campaigns.values()].map(({ now }) => now);
  }

  campaign(id: string | undefined): Campaign | undefined {
    return id === undefined ? undefined : this.#campaigns.get(id)?.now;
  }

  /** How each campaign stands, and since when. */
  standings(): CampaignStanding[] {
    return [...this.#campaigns.values()].map(({ now: { id: campaignKey, tenantId, status } }) => ({
      ...{ tenantId, campaignKey, status },
      changedAt: new Date(this.#statusChangedAt.get(campaignKey) ?? Date.parse(CREATED)).toISOString(),
    }));
  }

  limitsOf(id: string): readonly CampaignSettings[] {
    return this.#rules.get(id) ?? [];
  }

  setStatus(id: string, status: CampaignStatus): void {
    const { trace, time } = this.parts;
    trace.say('operator', `sets campaign ${trace.short('c', id)} ${status}`);
    this.#change(id, (campaign) => ({ ...campaign, status }));
    this.#statusChangedAt.set(id, time.now);
    this.changes.ring();
    if (status === 'active') this.restingSince.delete(id);
    else if (!this.restingSince.has(id)) this.restingSince.set(id, time.now);
  }

  setSettings(id: string, settings: CampaignSettings): void {
    const { trace } = this.parts;
    trace.say('operator', `sets the rules of campaign ${trace.short('c', id)}: ${JSON.stringify(settings)}`);
    this.#rules.get(id)?.push(settings);
    this.#change(id, (campaign) => ({ ...campaign, settings, settingsVersion: campaign.settingsVersion + 1 }));
  }

  port(life: Life): RegistryPort {
    const read = <T>(effect: () => T): Promise<T> =>
      this.parts.network.call(life, { to: 'vault', what: '', effect, refused: () => new WeatherError('registry') });
    return {
      findTenants: (ids) => read(() => ids.map((id) => this.tenants.find((tenant) => tenant.id === id))),
      findTemplates: (refs) =>
        read(() =>
          refs.map(({ tenantId, templateId }) =>
            this.#template((t) => t.tenantId === tenantId && t.templateId === templateId),
          ),
        ),
      findTemplateVersions: (refs) =>
        read(() => refs.map(({ tenantId, id }) => this.#template((t) => t.tenantId === tenantId && t.id === id))),
      findCampaigns: (refs) =>
        read(() =>
          refs.map(({ tenantId, campaignId }) =>
            this.#cached((c) => c.tenantId === tenantId && c.campaignId === campaignId),
          ),
        ),
      findCampaignsById: (refs) =>
        read(() => refs.map(({ tenantId, id }) => this.#cached((c) => c.tenantId === tenantId && c.id === id))),
    };
  }

  #template(is: (template: Template) => boolean): Template | undefined {
    return this.templates.find(is);
  }

  /** As a process has it in its cache. */
  #cached(is: (campaign: Campaign) => boolean): Campaign | undefined {
    const { time, random, faults } = this.parts;
    const found = [...this.#campaigns.values()].find(({ now }) => is(now));
    if (!found) return undefined;
    const old = time.now - found.changedAt < FRESH_MS && random.chance(faults.now.stale);
    return old ? found.before : found.now;
  }

  #change(id: string, change: (campaign: Campaign) => Campaign): void {
    const known = this.#campaigns.get(id);
    if (known) this.#campaigns.set(id, { now: change(known.now), before: known.now, changedAt: this.parts.time.now });
  }
}

const QUIET = [
  null,
  // From soon after the start of a history: at 20:00 in UTC, 21:00 in Berlin.
  { from: '20:01', to: '08:00' },
  { from: '20:03', to: '06:30' },
  { from: '21:02', to: '08:00' },
  // Ends where Berlin's clocks leave the time out in the first night.
  { from: '22:30', to: '02:30' },
  ...[undefined, undefined, undefined],
];
/** Half of the tenants have a night; by their id, so that nothing else is drawn differently. */
function quietHoursOf(tenantId: string): Pick<TenantSettings, 'quietHours'> {
  const quietHours = QUIET[Number.parseInt(tenantId.slice(0, 2), 16) % QUIET.length];
  return quietHours === undefined ? {} : { quietHours };
}

const QUOTAS = [
  { maxPerHour: 1 },
  { maxPerHour: 2, maxPerDay: 4 },
  { maxPerDay: 3 },
  ...[undefined, undefined, undefined],
];
/** Half of the tenants have quotas of email, by their id, too. */
function quotasOf(tenantId: string): Pick<TenantSettings, 'channels'> {
  const email = QUOTAS[Number.parseInt(tenantId.slice(2, 4), 16) % QUOTAS.length];
  return email === undefined ? {} : { channels: { email } };
}
/** Some daily limits put off what they leave no room for. */
const limited = (dailyLimit: number | null): Pick<CampaignSettings, 'dailyLimit' | 'whenDailyLimitReached'> => ({
  dailyLimit,
  ...(dailyLimit === 1 || dailyLimit === 4 ? { whenDailyLimitReached: 'defer' } : {}),
});

/** Tight enough that a handful of requests meets them. */
function drawTenant(random: Random): TenantSettings {
  return {
    ...(random.chance(0.7)
      ? { caps: { perDay: random.pick([1, 2, 3, null]), perWeek: random.pick([2, 4, 10, null]) } }
      : {}),
    ...(random.chance(0.5) ? { dedupHours: random.pick([1, 24, 24, null]) } : {}),
    ...(random.chance(0.8) ? { prices: { email: { micros: PRICE, currency: 'EUR' } } } : {}),
  };
}

export function drawCampaign(random: Random): CampaignSettings {
  const budget = {
    ...(random.chance(0.6) ? { totalMicros: random.between(0, 6) * PRICE } : {}),
    ...(random.chance(0.5) ? { perDayMicros: random.between(0, 3) * PRICE } : {}),
  };
  return {
    ...(random.chance(0.7) ? { budget } : {}),
    ...(random.chance(0.5) ? limited(random.pick([0, 1, 2, 4, null])) : {}),
    ...(random.chance(0.7)
      ? { timeZone: random.pick(['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland']) }
      : {}),
  };
}
