import type { Channel, ConsentPurpose, ConsentSource } from '@homing/contracts';
import type { Instant } from './read-model.tables.js';

/** One word of consent that was said of an address. Never changes; all of them together are what its person allows. */
export interface ConsentWordRow {
  readonly fingerprint: string;
  readonly consentId: string;
  readonly tenantId: string;
  readonly kind: 'granted' | 'withdrawn';
  readonly channel: Channel;
  readonly purpose: ConsentPurpose;
  readonly source: ConsentSource;
  readonly saidAt: Instant;
  /** References of the tenant's. */
  readonly evidence: string | null;
  readonly wording: string | null;
  readonly validUntil: Instant | null;
  readonly saidBy: string | null;
  /** Of the address's stream, where the word stands. */
  readonly revision: bigint;
  readonly updatedPosition: bigint;
}
