import type { TenantSettings } from '@homing/contracts';
import type { DecisionPolicy } from '@homing/domain';
import type { Tenant } from '@homing/vault/registry';
import { ProblemError } from '../problem/problem.error.js';
import { impossibleChannels } from './channel-config.reader.js';

/**
 * A tenant's rules as they are kept. Channels and sequences have routes of their own: who says nothing of them leaves them as they stand.
 * @param base the installation's
 * @throws ProblemError naming each field
 */
export function policiesAsKept(
  sent: TenantSettings,
  tenant: Pick<Tenant, 'sender' | 'settings'>,
  base: DecisionPolicy,
): TenantSettings {
  const errors = impossibleChannels(sent.channels, { base, tenant });
  if (errors.length > 0) throw new ProblemError('invalid_fields', { errors });
  const { channels, sequences } = tenant.settings;
  return {
    ...(channels === undefined ? {} : { channels }),
    ...(sequences === undefined ? {} : { sequences }),
    ...sent,
  };
}
