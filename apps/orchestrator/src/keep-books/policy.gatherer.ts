import type { OutreachRequested } from '@homing/contracts';
import { DEFAULT_POLICY, type DecisionPolicy } from '@homing/domain';
import { rulesOf, type Rules } from '@homing/intake/rules';
import type { RegistryReader } from '@homing/vault/registry';

/** Where nothing is configured. */
export const PRODUCT_RULES: Rules = { policy: DEFAULT_POLICY, zone: 'UTC' };

type Named = Pick<OutreachRequested, 'tenantId' | 'campaignKey'>;

/** Gathers the rules of a batch set-wise, through the registry's cache; in the order asked. */
export async function gatherRules(
  registry: Pick<RegistryReader, 'findTenants' | 'findCampaignsById'>,
  base: DecisionPolicy,
  requests: readonly Named[],
): Promise<Rules[]> {
  const named = requests.filter((request) => request.campaignKey !== undefined);
  const [tenants, campaigns] = await Promise.all([
    registry.findTenants(requests.map(({ tenantId }) => tenantId)),
    registry.findCampaignsById(named.map(({ tenantId, campaignKey = '' }) => ({ tenantId, id: campaignKey }))),
  ]);
  const found = campaigns.values();
  return requests.map((request, i): Rules => {
    const campaign = request.campaignKey === undefined ? undefined : found.next().value;
    return rulesOf(base, tenants[i], campaign);
  });
}
