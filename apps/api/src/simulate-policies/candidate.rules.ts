import type { DecisionPolicy } from '@homing/domain';
import { rulesOf, type Rules, type SetCampaign, type SetTenant } from '@homing/intake/rules';
import type { ApiParts } from '../api.parts.js';

/** Settings as they would stand. */
export interface Candidate {
  /** Of the installation. */
  readonly base: DecisionPolicy;
  readonly tenantId: string;
  readonly tenant: SetTenant;
  /** The one campaign that is simulated; absent: all of the tenant's, with their own settings as they stand. */
  readonly campaign?: SetCampaign;
}

/** The rules under a candidate, by campaign; campaigns are looked up set-wise before they are asked for. */
export class CandidateRules {
  readonly #rules = new Map<string | undefined, Rules>();

  constructor(
    private readonly registry: Pick<ApiParts['registry'], 'findCampaignsById'>,
    private readonly candidate: Candidate,
  ) {
    const { tenant, campaign } = candidate;
    if (campaign) this.#rules.set(campaign.id, rulesOf(candidate.base, tenant, campaign));
    else this.#rules.set(undefined, rulesOf(candidate.base, tenant, undefined));
  }

  /** Looks up what is not known yet; answers the rules of those. */
  async learn(campaignKeys: readonly (string | undefined)[]): Promise<Rules[]> {
    const { base, tenantId, tenant, campaign } = this.candidate;
    if (campaign) return [];
    const fresh = [...new Set(campaignKeys)].filter((key) => key !== undefined && !this.#rules.has(key)) as string[];
    const found = await this.registry.findCampaignsById(fresh.map((id) => ({ tenantId, id })));
    return fresh.map((key, i) => {
      const rules = rulesOf(base, tenant, found[i]);
      this.#rules.set(key, rules);
      return rules;
    });
  }

  /** Undefined: it is not simulated. */
  of(campaignKey: string | undefined): Rules | undefined {
    return this.#rules.get(campaignKey);
  }

  /** Of the tenant alone, under its candidate where that is one. */
  get ofAll(): Rules {
    return rulesOf(this.candidate.base, this.candidate.tenant, undefined);
  }

  /** Of those known from the start. */
  get first(): Rules[] {
    return [...this.#rules.values()];
  }
}
