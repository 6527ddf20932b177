import {
  CHANNEL_PROVIDERS_FORM,
  CONSENT_RULES_FORM,
  installedPolicy,
  readChannelProviders,
  readConsentRules,
  type ChannelProviders,
  type DecisionPolicy,
} from '@homing/domain';

/** What an installation sends through, and the policy that follows from it. */
export interface Installation {
  readonly providers: ChannelProviders;
  readonly policy: DecisionPolicy;
}

/**
 * Reads the texts of `CHANNEL_PROVIDERS` and `CONSENT_REQUIRED`, which whoever decides, sends or shows must be given alike.
 * @param faults where a text of another form is reported
 * @param consentRequired default: what the product demands. Whoever only sends needs none.
 */
export function readInstallation(
  text: string,
  faults: { fault(variable: string, expected: string): void },
  consentRequired = '',
): Installation {
  const said = readChannelProviders(text);
  if (!said) faults.fault('CHANNEL_PROVIDERS', CHANNEL_PROVIDERS_FORM);
  const demands = readConsentRules(consentRequired);
  if (!demands) faults.fault('CONSENT_REQUIRED', CONSENT_RULES_FORM);
  const providers: ChannelProviders = said ?? new Map();
  return { providers, policy: installedPolicy(providers, demands) };
}
