import type { Channel, ConsentPurpose, ConsentSource } from '@homing/contracts';

/** One entry of the register. */
export type ConsentEntry = {
  readonly kind: 'granted' | 'withdrawn';
  readonly consentId: string;
  /** When it was said. */
  readonly at: string;
  readonly source: ConsentSource;
  readonly evidence?: string;
  readonly wording?: string;
  readonly validUntil?: string;
  readonly by?: string;
};

/** What one address allows on one channel for one purpose, as its stream stands at `revision`. */
export type KeptConsent = {
  readonly tenantId: string;
  readonly fingerprint: string;
  readonly channel: Channel;
  readonly purpose: ConsentPurpose;
  /** All that was said, latest first; at least one. */
  readonly words: readonly ConsentEntry[];
  readonly revision: bigint;
};

export type ConsentRef = Pick<KeptConsent, 'tenantId' | 'fingerprint' | 'channel' | 'purpose'>;

/** The latest word. */
export type StandingConsent = ConsentRef & {
  readonly kind: 'granted' | 'withdrawn';
  readonly consentId: string;
  readonly validUntil?: string;
};

/** For the orchestrator (role `vault_intake`): over all tenants. */
export type ConsentStore = {
  /** In one statement. A row that is further on stays: repeating, and coming late, change nothing. Committed when it returns. */
  saveConsents(consents: readonly KeptConsent[]): Promise<void>;
  /** How those of them stand of which anything was ever said, read fresh, in one statement; in no order. */
  standingConsents(refs: readonly ConsentRef[]): Promise<StandingConsent[]>;
};

/** As its tenant sees it: never the address itself. */
export type SeenConsent = Omit<KeptConsent, 'tenantId' | 'revision'> & {
  /** By the latest word and this moment. */
  readonly standing: 'granted' | 'withdrawn' | 'expired';
  readonly since: string;
  readonly validUntil?: string;
};

export type ConsentFilter = {
  readonly tenantId: string;
  readonly personId?: string;
  readonly fingerprint?: string;
  readonly channel?: Channel;
  readonly purpose?: ConsentPurpose;
  readonly standing?: SeenConsent['standing'];
  /** Of the page before. @throws InvalidCursorError */
  readonly cursor?: string;
  readonly limit: number;
};

/** For the API (role `vault_api`): one tenant's at a time. */
export type ConsentView = {
  /** What was said last comes first. */
  list(filter: ConsentFilter): Promise<{ readonly items: readonly SeenConsent[]; readonly nextCursor?: string }>;
};
