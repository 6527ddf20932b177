import type { Channel } from '../channel.js';
import type { ProviderFact } from '../provider-fact.js';

/** `provider.signal.<provider>`: one verified fact from one provider's webhook, alone or among others. Holds no personal data. */
export interface ProviderSignal extends ProviderFact {
  readonly provider: string;
  readonly channel: Channel;
  readonly tenantId?: string;
  readonly deliveryId?: string;
  readonly attempt?: number;
  /** What it names stood in an address that we signed: without a tenant it is of the one whose message that is. */
  readonly attested?: true;
  /** ISO instant at which ingestion verified it. */
  readonly receivedAt: string;
  /** SHA-256 (hex) of the raw element, so that a provider's own record can be matched to ours. */
  readonly payloadDigest: string;
}

/** `provider.signal.<provider>`: several facts of one webhook, all of one tenant. Each stands for itself and is repeated for itself. */
export interface ProviderSignals {
  readonly facts: readonly ProviderSignal[];
}
