import type { ApiParts } from '../api.parts.js';
import { ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import { configuredChannel, impossibleChannels, readChannelConfig } from './channel-config.reader.js';
import { shownChannel } from './channel-config.representation.js';
import { changeTenant } from './tenant.change.js';

/** How the caller's tenant uses its channels: a part of its rules, with their version and their entry in the audit trail. */
export class ChannelKeeper {
  constructor(private readonly parts: Pick<ApiParts, 'registry' | 'settings'>) {}

  async config({ tenantId }: Caller, named: string) {
    const channel = configuredChannel(named);
    const tenant = await this.parts.registry.readTenant(tenantId);
    if (!tenant) throw new ProblemError('not_found');
    return shownChannel(channel, tenant, this.parts.settings.policy);
  }

  /** Replaces what the channel is configured with. Decisions taken from then on, within a second in every process, follow it. */
  async configure(caller: Caller, named: string, body: unknown) {
    const channel = configuredChannel(named);
    const { policy: base } = this.parts.settings;
    const { config, ...seen } = readChannelConfig(channel, body, base);
    const changed = await changeTenant(this.parts.registry, caller, {
      ...seen,
      settingsOf: (tenant) => {
        const errors = impossibleChannels({ [channel]: config }, { base, tenant }, () => '');
        if (errors.length > 0) throw new ProblemError('invalid_fields', { errors });
        return { ...tenant.settings, channels: { ...tenant.settings.channels, [channel]: config } };
      },
    });
    return shownChannel(channel, changed, base);
  }
}
