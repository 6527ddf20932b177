import {
  CHANNEL_PROVIDERS_FORM,
  installedPolicy,
  readChannelProviders,
  type ChannelProviders,
  type DecisionPolicy,
} from '@homing/domain';

/** What an installation sends through, and the policy that follows from it. */
export interface Installation {
  readonly providers: ChannelProviders;
  readonly policy: DecisionPolicy;
}

/**
 * Reads the text of `CHANNEL_PROVIDERS`, which whoever decides, sends or shows must be given alike.
 * @param faults where a text of another form is reported
 */
export function readInstallation(
  text: string,
  faults: { fault(variable: string, expected: string): void },
): Installation {
  const said = readChannelProviders(text);
  if (!said) faults.fault('CHANNEL_PROVIDERS', CHANNEL_PROVIDERS_FORM);
  const providers: ChannelProviders = said ?? new Map();
  return { providers, policy: installedPolicy(providers) };
}
