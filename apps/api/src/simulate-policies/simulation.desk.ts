import type { ApiParts } from '../api.parts.js';
import { policiesAsKept } from '../change-settings/policies.keeping.js';
import {
  budgetClash,
  campaignSettingsOf,
  keepable,
  priceClash,
  readPolicies,
} from '../change-settings/settings.reader.js';
import { ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import type { Candidate } from './candidate.rules.js';
import { simulate } from './policy.simulator.js';
import { named, readSimulation, within, type Asked } from './simulate.body.js';

/** A simulation that takes longer is given up. */
export const LONGEST_MS = 60_000;

/** Simulations one process runs at once, of whatever tenants: each keeps books of its own in memory and needs the processor. */
export const MOST_AT_ONCE = 2;

/** Takes simulations: one at a time for each tenant and few in all, each for as long as somebody waits for it. */
export class SimulationDesk {
  readonly #running = new Set<string>();

  constructor(private readonly parts: Pick<ApiParts, 'registry' | 'queries' | 'stopping' | 'settings'>) {}

  /** @throws ProblemError */
  async run(caller: Caller, body: unknown, gone: AbortSignal) {
    const { tenantId } = caller;
    const asked = readSimulation(body);
    const candidate = await this.#candidate(tenantId, asked);
    if (this.#running.has(tenantId))
      throw new ProblemError('simulation_running', {
        detail: 'wait for the answer of the one that runs',
        retryAfter: 5,
      });
    if (this.#running.size >= MOST_AT_ONCE)
      throw new ProblemError('too_many_requests', { detail: 'simulations of others are running', retryAfter: 5 });
    this.#running.add(tenantId);
    const late = AbortSignal.timeout(LONGEST_MS);
    try {
      const { policy: _policy, campaignId, ...period } = asked;
      const signal = AbortSignal.any([gone, this.parts.stopping, late]);
      const { result, ...read } = await simulate(this.parts, { ...period, candidate, signal });
      const { from, to } = asked;
      return { from, to, ...(campaignId === undefined ? {} : { campaignId }), ...read, ...result };
    } catch (error) {
      if (this.parts.stopping.aborted) throw new ProblemError('unavailable', { retryAfter: 5 }, { cause: error });
      // Whoever hung up reads no answer.
      if (!late.aborted && !gone.aborted) throw error;
      const detail = 'ask for a shorter period, or set a lower limit';
      throw new ProblemError('simulation_too_long', { detail }, { cause: error });
    } finally {
      this.#running.delete(tenantId);
    }
  }

  async #candidate(tenantId: string, { policy, campaignId }: Asked): Promise<Candidate> {
    const { registry, settings: own } = this.parts;
    const { policy: base } = own;
    if (campaignId === undefined) {
      const { settings: sent } = within('policy', () => readPolicies(policy));
      const [tenant, { items }] = await Promise.all([
        registry.readTenant(tenantId),
        sent.prices ? registry.listCampaigns({ tenantId, budgeted: true, limit: 500 }) : { items: [] },
      ]);
      if (!tenant) throw new ProblemError('not_found');
      const settings = within('policy', () => policiesAsKept(sent, tenant, base));
      const budgets = items.filter(({ status }) => status !== 'stopped').map(({ currency }) => currency);
      refuseClash(settings, budgets, priceClash);
      return { base, tenantId, tenant: { settings, settingsVersion: tenant.settingsVersion } };
    }
    const sent = within('policy', () => campaignSettingsOf(policy));
    const [tenant, campaign] = await Promise.all([
      registry.readTenant(tenantId),
      registry.readCampaign({ tenantId, campaignId }),
    ]);
    if (!tenant || !campaign) throw new ProblemError('not_found');
    const settings = within('policy', () => keepable(sent, tenant));
    if (settings.budget) refuseClash(tenant.settings, [campaign.currency], budgetClash);
    return { base, tenantId, tenant, campaign: { ...campaign, settings } };
  }
}

/** As the registry would refuse to keep it. */
function refuseClash(
  { prices = {} }: Candidate['tenant']['settings'],
  currencies: readonly string[],
  faults: typeof priceClash | typeof budgetClash,
): void {
  const clashing = (Object.keys(prices) as (keyof typeof prices)[]).filter((channel) =>
    currencies.some((currency) => currency !== prices[channel]?.currency),
  );
  if (clashing.length === 0) return;
  const errors = faults({ kind: 'other_currency', channels: clashing });
  throw named('policy', new ProblemError('invalid_fields', { errors }));
}
