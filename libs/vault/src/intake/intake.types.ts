import type { Channel } from '@homing/contracts';

/** One request to take in. Times are ISO 8601 UTC instants with milliseconds. */
export type AcceptItem = {
  /** UUIDv5 derived by the caller; the key of idempotency. */
  readonly outreachId: string;
  readonly tenantId: string;
  /** The full request as received (personal): sealed, never stored in clear. Plain JSON. */
  readonly request: unknown;
  /** The caller's name for the recipient; kept only as a keyed hash. */
  readonly recipientId: string;
  /** In order of preference. `channel` is a delivery channel (`email`, `sms`, ...). */
  readonly contacts: readonly { readonly channel: Channel; readonly address: string }[];
  /** What a decision needs and nothing personal (buckets, hashes, masks): stored in clear beside the seal. Plain JSON. */
  readonly decisionInput: unknown;
  readonly acceptedAt: string;
  readonly expiresAt: string | null;
  /** Who brought it, for example `api` or the CloudEvents source. Not personal. */
  readonly source: string;
  /** True: sealed for a batch that is not accepted yet. Nobody feeds it before the batch releases it. Default false. */
  readonly held?: boolean;
};

/** One contact point without its address. Safe in events and logs. */
export type AcceptedContact = {
  readonly channel: Channel;
  /** Place among the request's contacts of this channel, from 0: finds the address again in the opened request. */
  readonly ordinal: number;
  readonly fingerprint: string;
  readonly mask: string;
  /** Present when the address first belonged to another person: caps may count that person too. */
  readonly heldBy?: string;
};

export type AcceptResult =
  | {
      readonly kind: 'accepted' | 'repeated';
      readonly outreachId: string;
      readonly personId: string;
      /** Empty for a repeat of a request whose person was erased. */
      readonly contacts: readonly AcceptedContact[];
      /** Names the sealed request on the bus instead of its content. */
      readonly sealedRef: string;
      /** When it was accepted the first time. */
      readonly acceptedAt: string;
    }
  /** The same outreach id with other content: nothing was stored, the first content stands. */
  | { readonly kind: 'different_content'; readonly outreachId: string }
  /** Not to be stored: `path` names the field within the request (empty for the whole), `reason` repeats no content. */
  | { readonly kind: 'invalid'; readonly outreachId: string; readonly path: string; readonly reason: string };

/** An accepted request without anything personal: what the orchestrator works from. */
export type AcceptedRecord = {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly contacts: readonly AcceptedContact[];
  /** As given at intake. Once the person was erased null, or of a request that was not fed what it counts for. */
  readonly decisionInput: unknown;
  readonly acceptedAt: string;
  readonly expiresAt: string | null;
  readonly source: string;
  /** True once the person was erased: nothing can be sent any more. */
  readonly erased: boolean;
  /** An outreach stream is known to exist. */
  readonly fed: boolean;
};

export type UnfedRequest = {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly sealedRef: string;
  readonly acceptedAt: string;
  readonly expiresAt: string | null;
  readonly source: string;
};

export type VaultIntake = {
  /**
   * Stores a micro-batch; answers in the order given. When it returns, every `accepted` item is committed.
   * Exact under concurrency: one person per recipient and address, one sealed request per outreach id, whoever else writes.
   * @throws when the database is down; nothing of the batch is stored then (or all of it, if only the answer was lost:
   * repeating the call is safe and answers `repeated`).
   */
  acceptRequests(batch: readonly AcceptItem[]): Promise<AcceptResult[]>;
  /** The records found, in no particular order; unknown ids are absent. */
  loadAccepted(outreachIds: readonly string[]): Promise<AcceptedRecord[]>;
  /** Accepted before `olderThan` (ISO instant) and not yet fed, oldest first, at most `limit`. */
  listUnfed(query: { readonly olderThan: string; readonly limit: number }): Promise<UnfedRequest[]>;
  /**
   * Outreach ids of one campaign that were accepted and not yet fed, oldest first, at most `limit`. Costs what is unfed of all
   * tenants, so little unless the orchestrator is far behind.
   */
  listUnfedOfCampaign(query: {
    readonly tenantId: string;
    readonly campaignKey: string;
    readonly limit: number;
  }): Promise<string[]>;
  /** States that an outreach stream exists. Repeating is harmless. */
  markFed(outreachIds: readonly string[]): Promise<void>;
  /** Our id of a recipient; undefined of one of whom nothing was ever asked, or who was erased. */
  findPerson(recipient: { readonly tenantId: string; readonly recipientId: string }): Promise<string | undefined>;
  /**
   * Outreach ids that were accepted before `acceptedBefore` (ISO instant), have not expired and are stated to have a stream; by id,
   * those after `afterId`, at most `limit`.
   */
  listFed(query: {
    readonly acceptedBefore: string;
    readonly afterId?: string | undefined;
    readonly limit: number;
  }): Promise<string[]>;
  /** Takes that statement back: the streams were lost. They are fed again. Returns how many there were. */
  markLost(outreachIds: readonly string[]): Promise<number>;
};
