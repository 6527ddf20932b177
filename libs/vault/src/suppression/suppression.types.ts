import type { Channel, SuppressionReason } from '@homing/contracts';

/** One reason in force. */
export type SuppressionEntry = {
  readonly reason: SuppressionReason;
  readonly since: string;
  readonly by?: string;
  readonly note?: string;
};

/** One address as its stream stands at `revision`. */
export type SuppressedContact = {
  readonly tenantId: string;
  /** 43 base64url characters: the address, to whoever holds the key. */
  readonly fingerprint: string;
  readonly channel: Channel;
  /** Absent where nobody ever said how people recognise it. */
  readonly mask?: string;
  /** Longest in force first; none: the address is free. */
  readonly reasons: readonly SuppressionEntry[];
  readonly revision: bigint;
};

export type ContactRef = { readonly tenantId: string; readonly fingerprint: string };

/** `despite`: what this reason alone holds back is free. */
export type SuppressionQuestion = ContactRef & { readonly despite?: SuppressionReason };

/** For the orchestrator (role `vault_intake`): over all tenants. */
export type SuppressionStore = {
  /**
   * Writes how contacts stand, in one statement. A row that is further on stays: repeating, and coming late, change nothing.
   * Committed when it returns.
   */
  saveContacts(contacts: readonly SuppressedContact[]): Promise<void>;
  /** Which of these addresses are held back now, read fresh; in the order asked, with the reason longest in force. */
  suppressedContacts(refs: readonly SuppressionQuestion[]): Promise<(SuppressionReason | undefined)[]>;
};

/** One suppressed address as its tenant sees it: never the address itself. */
export type SeenSuppression = {
  readonly fingerprint: string;
  readonly channel: Channel;
  /** Null once its person was erased. */
  readonly mask: string | null;
  readonly since: string;
  readonly reasons: readonly SuppressionEntry[];
};

export type SuppressionFilter = {
  readonly tenantId: string;
  readonly channel?: Channel;
  readonly reason?: SuppressionReason;
  /** Of the page before. @throws InvalidCursorError */
  readonly cursor?: string;
  readonly limit: number;
};

/** For the API (role `vault_api`): one tenant's at a time. */
export type SuppressionView = {
  /** Newest first. */
  list(
    filter: SuppressionFilter,
  ): Promise<{ readonly items: readonly SeenSuppression[]; readonly nextCursor?: string }>;
  /** Undefined where the address is free. */
  find(ref: ContactRef): Promise<SeenSuppression | undefined>;
};
