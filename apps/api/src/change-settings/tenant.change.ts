import type { TenantSettings } from '@homing/contracts';
import type { Tenant } from '@homing/vault/registry';
import type { ApiParts } from '../api.parts.js';
import { ProblemError } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { priceClash, refusalOf } from './settings.reader.js';

export interface TenantChange {
  /** What the change was made on. Absent: whatever stands. */
  readonly seenVersion?: number;
  /** The whole settings as they are to be, from those that stand. @throws ProblemError */
  readonly settingsOf: (tenant: Tenant) => TenantSettings;
}

/** Somebody else's changes in between are read anew this often. */
const TRIES = 5;

/** Changes a part of a tenant's settings and leaves the rest as it stands. @throws ProblemError */
export async function changeTenant(
  registry: Pick<ApiParts['registry'], 'readTenant' | 'changeTenantSettings'>,
  caller: Caller,
  { seenVersion, settingsOf }: TenantChange,
): Promise<Tenant> {
  const { tenantId } = caller;
  for (let tries = 1; ; tries += 1) {
    const tenant = await registry.readTenant(tenantId);
    if (!tenant) throw new ProblemError('not_found');
    const changed = await registry.changeTenantSettings({
      ...{ tenantId, actor: actorOf(caller), settings: settingsOf(tenant) },
      seenVersion: seenVersion ?? tenant.settingsVersion,
    });
    if ('tenant' in changed) return changed.tenant;
    const again = changed.kind === 'outdated' && seenVersion === undefined && tries < TRIES;
    if (!again) throw refusalOf(changed, priceClash);
  }
}
