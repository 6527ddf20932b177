import type { Channel } from '@homing/contracts';
import type { ChannelProvider, Party } from './channel.provider.js';
import type { SiteClaims } from './contact-form/site.claims.js';
import type { WebhookParser } from './webhook.parser.js';

/** The part of the one reader of the environment (`Env` of the service kit) that a setup needs. Getters never throw; faults are named all at once by whoever reads. */
export interface SettingsReader {
  has(name: string): boolean;
  string(name: string, options?: { readonly default?: string; readonly pattern?: RegExp }): string;
  url(name: string, options?: { readonly default?: string; readonly protocols?: readonly string[] }): string;
  int(name: string, options?: { readonly default?: number; readonly min?: number; readonly max?: number }): number;
  flag(name: string, options?: { readonly default?: boolean }): boolean;
  list(name: string, options?: { readonly default?: readonly string[] }): readonly string[];
  secret(name: string, options?: { readonly minLength?: number }): { reveal(): string };
  optionalSecret(name: string, options?: { readonly minLength?: number }): { reveal(): string } | undefined;
  fault(name: string, expected: string): void;
}

/** A provider that can be called, and who its messages come from where nobody says otherwise. */
export interface ReadyProvider {
  readonly provider: ChannelProvider;
  readonly defaultSender: Party;
}

/** What all gateways share and a provider may need. */
export interface GatewayGivens {
  /** Default: what one process remembers. */
  readonly siteClaims?: SiteClaims;
}

/** How one provider on one channel is set up from the environment. One line in `provider.setups.ts`. */
export interface ProviderSetup {
  /** That of the {@link ChannelProvider} it makes. */
  readonly key: string;
  readonly channel: Channel;
  /**
   * Reads everything it needs; undefined where this installation has no account there. What is returned is called once, after all
   * settings were found to be sound: it may throw a `TypeError` only for what no single setting shows.
   */
  read(settings: SettingsReader): ((givens?: GatewayGivens) => ReadyProvider) | undefined;
}

/** Who may call `/webhooks/<provider>`, and the keys that are in force. */
export interface WebhookCaller {
  readonly parser: WebhookParser;
  readonly keys: readonly string[];
}

export interface WebhookSetup {
  /** The word in the path. */
  readonly provider: string;
  /** Undefined where no key was given: then nobody may call. */
  read(settings: SettingsReader): WebhookCaller | undefined;
  /** The parser alone, for accounts whose keys come over the API. Absent: such accounts are heard only where there is an own one too. */
  parser?(settings: SettingsReader): WebhookParser;
}
