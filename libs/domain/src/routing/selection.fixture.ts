// One person with an address on some channels, in a tenant that has enabled them all.
import { CHANNELS, type Channel } from '@homing/contracts';
import { request, T0 } from '@homing/testing/outreach-story';
import { DEFAULT_POLICY, type ChannelPolicy, type DecisionPolicy } from '../decision/policy.state.js';
import type { SelectChannel } from './selection.command.js';
import type { ChannelInputs, SelectionPolicy } from './selection.state.js';

export const AT = T0;

const enabled = (channel: Channel): ChannelPolicy => ({
  enabled: true,
  provider: channel,
  price: { micros: 0, currency: 'EUR' },
  retry: { maxRetries: 2, delaysSeconds: [] },
  prior: 0.5,
  assisted: true,
});

export const everyChannel = (selection: Partial<SelectionPolicy> = {}): DecisionPolicy => ({
  ...DEFAULT_POLICY,
  channels: Object.fromEntries(CHANNELS.map((channel) => [channel, enabled(channel)])),
  selection: { ...DEFAULT_POLICY.selection, ...selection },
});

export interface Choosing {
  readonly channels?: readonly Channel[];
  readonly inputs?: Partial<ChannelInputs>;
  readonly request?: Partial<SelectChannel['request']>;
  readonly selection?: Partial<SelectionPolicy>;
  readonly pinned?: Channel;
}

/** Everything is allowed, has content from a template, and may be answered. */
export function choosing({ channels = ['email', 'sms'], inputs, selection, pinned, ...over }: Choosing): SelectChannel {
  const contacts = channels.map((channel) => ({ channel, ordinal: 0, fingerprint: `f-${channel}`, mask: 'm' }));
  const content = { kind: 'template', templateUuid: 'b1f2c8e0-6c0e-4b43-9d0c-000000000002', version: 1 } as const;
  return {
    request: { ...request, contacts, content, ...over.request },
    inputs: {
      optedOut: [],
      contentChannels: CHANNELS,
      lastInboundAt: { instagram: AT, facebook: AT },
      ...inputs,
    },
    policy: everyChannel(selection),
    at: AT,
    pinned,
  };
}
