import type { CampaignStatus, Channel, ConsentPurpose, SuppressionReason } from '@homing/contracts';

/** One message that is about to be sent. */
export type GateQuestion = {
  readonly tenantId: string;
  /** The campaign's own id; absent where the message belongs to none. */
  readonly campaignKey?: string;
  readonly fingerprint: string;
  /** This reason alone holds it back from nothing: the one confirmation of an opt-out goes to whoever opted out. */
  readonly despite?: SuppressionReason;
  /** What its person must allow, or must not have withdrawn. Absent: it is not asked. */
  readonly consent?: {
    readonly channel: Channel;
    readonly purpose: ConsentPurpose;
    /** Not even silence will do. */
    readonly required: boolean;
  };
};

export type GateAnswer =
  /**
   * `contactRevision`: how far the address's stream was, where anything was ever said of it. `consentId`: the entry of the register that
   * allows it now, where there is one.
   */
  | { readonly kind: 'open'; readonly contactRevision?: string; readonly consentId?: string }
  /** Nothing is to be sent now; it may be later. */
  | { readonly kind: 'paused' }
  /** Nothing is to be sent ever again. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'suppressed'; readonly reason: SuppressionReason }
  /** Its person does not allow it. */
  | { readonly kind: 'no_consent'; readonly reason: 'consent_missing' | 'consent_withdrawn' | 'consent_expired' }
  /** The message belongs to a campaign that is not in this database: restored from before it was made, or another one. */
  | { readonly kind: 'campaign_missing' };

export type CampaignKeyRef = { readonly tenantId: string; readonly campaignKey: string };
export type CampaignStanding = CampaignKeyRef & { readonly status: CampaignStatus; readonly changedAt: string };

/** What stands in the vault at this moment, never from a cache. Needs `vault_open` or `vault_intake`. */
export type GateReader = {
  /** Answers in the order asked, in one statement. */
  ask(questions: readonly GateQuestion[]): Promise<GateAnswer[]>;
  /** Those of the campaigns that are not active. */
  restingCampaigns(refs: readonly CampaignKeyRef[]): Promise<CampaignStanding[]>;
  /** Campaigns whose status was set within so many milliseconds before now, by this database's clock. */
  statusesSetWithin(ms: number): Promise<CampaignStanding[]>;
};
