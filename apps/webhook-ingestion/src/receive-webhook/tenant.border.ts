import type { ParsedFact, ParsedWebhook, ParseFault } from '@homing/channels';

/**
 * What an account that belongs to one tenant may say: of that tenant, whose name a fact without one is given. A fact that names
 * another tenant is a fault: whoever holds one tenant's key states nothing of another's.
 */
export function ofTenant(parsed: ParsedWebhook, tenantId: string | undefined): ParsedWebhook {
  if (tenantId === undefined) return parsed;
  const facts: ParsedFact[] = [];
  const faults: ParseFault[] = [...parsed.faults];
  parsed.facts.forEach((fact, index) => {
    if (fact.tenantId === undefined || fact.tenantId === tenantId) facts.push({ ...fact, tenantId });
    else faults.push({ index, code: 'tenant_not_of_this_account', raw: JSON.stringify(fact) });
  });
  return { ...parsed, facts, faults };
}
