import type { Channel, DeadLetterState } from '@homing/contracts';
import type { ColumnType, Generated, Kysely } from 'kysely';

type Instant = ColumnType<Date, Date | string, Date | string>;
type Json = ColumnType<unknown, string, string>;

/**
 * Tables of the schemas `vault` (personal: hashes and ciphertext only), `registry` (clear configuration) and `desk` (what waits for an
 * operator: metadata, keyed hashes, codes).
 */
export type VaultTables = {
  'vault.person': { person_id: string; tenant_id: string; created_at: Generated<Date>; erased_at: Instant | null };
  'vault.person_key': { person_id: string; tenant_id: string; public_key: Buffer; sealed_private_key: Buffer };
  'vault.person_recipient': { tenant_id: string; recipient_hash: string; person_id: string };
  'vault.person_address': { tenant_id: string; fingerprint: string; person_id: string };
  'vault.person_ambiguity': { tenant_id: string; fingerprint: string; person_id: string; noticed_at: Generated<Date> };
  'vault.sealed_request': SealedRequestTable;
  'vault.batch': BatchTable;
  'vault.batch_item': BatchItemTable;
  'vault.suppression': SuppressionTable;
  'vault.consent': ConsentTable;
  'registry.tenant': TenantTable;
  'registry.api_key': ApiKeyTable;
  'registry.template': TemplateTable;
  'registry.campaign': CampaignTable;
  'registry.audit': AuditTable;
  'registry.version': { single: Generated<boolean>; version: string };
  'desk.dead_letter': DeadLetterTable;
  'desk.action': DeskActionTable;
  'desk.unmatched_signal': UnmatchedSignalTable;
};

export type SealedRequestTable = {
  outreach_id: string;
  tenant_id: string;
  person_id: string;
  live_key: string | null;
  sealed: Buffer | null;
  digest: Buffer;
  contacts: string;
  decision_input: string | null;
  source: string;
  accepted_at: Instant;
  expires_at: Instant | null;
  fed_at: Instant | null;
  held: Generated<boolean>;
  released_at: Instant | null;
};

export type BatchTable = {
  batch_id: string;
  tenant_id: string;
  digest: Buffer;
  items: number;
  chunk_size: number;
  accepted: number | null;
  refused: number | null;
  received_at: Instant;
  accepted_at: Instant | null;
  cancel_requested_at: Instant | null;
  cancel_requested_by: string | null;
  closed_at: Instant | null;
};

export type BatchItemTable = {
  batch_id: string;
  item_index: number;
  tenant_id: string;
  outreach_id: string | null;
  request_id: string | null;
  earlier: boolean;
  faults: string | null;
  released_at: Instant | null;
  withheld_at: Instant | null;
};

export type SuppressionTable = {
  tenant_id: string;
  fingerprint: string;
  channel: Channel;
  mask: string | null;
  reasons: Json;
  suppressed: boolean;
  since: Instant | null;
  revision: string;
  changed_at: Instant;
};

export type ConsentTable = {
  tenant_id: string;
  fingerprint: string;
  channel: Channel;
  purpose: string;
  standing: 'granted' | 'withdrawn';
  consent_id: string;
  since: Instant;
  valid_until: Instant | null;
  words: Json;
  revision: string;
  changed_at: Instant;
};

export type TenantTable = {
  id: string;
  name: string;
  status: Generated<'active' | 'suspended'>;
  sender: Json | null;
  created_at: Generated<Date>;
  settings: ColumnType<unknown, string | undefined, string>;
  settings_version: Generated<number>;
};

export type ApiKeyTable = {
  id: string;
  tenant_id: string;
  name: string;
  scopes: string[];
  secret_sha256: Buffer;
  created_at: Generated<Date>;
  last_used_at: Instant | null;
  revoked_at: Instant | null;
};

export type TemplateTable = {
  id: string;
  tenant_id: string;
  template_id: string;
  version: number;
  bodies: Json;
  variables: string[];
  description: string;
  created_at: Generated<Date>;
};

export type CampaignTable = {
  id: string;
  tenant_id: string;
  campaign_id: string;
  name: string;
  status: 'active' | 'paused' | 'stopped';
  currency: string;
  created_at: Generated<Date>;
  settings: ColumnType<unknown, string | undefined, string>;
  settings_version: Generated<number>;
  status_changed_at: Generated<Date>;
};

export type AuditTable = {
  id: Generated<string>;
  at: Generated<Date>;
  tenant_id: string;
  actor: string;
  action: string;
  subject: string;
  before: Json | null;
  after: Json | null;
};

export type DeadLetterTable = {
  id: string;
  message_id: string;
  tenant_id: string | null;
  sealed_tenant: string | null;
  consumer: string;
  reason: string;
  faults: Json;
  subject: string;
  source_stream: string | null;
  source_sequence: string | null;
  stored_at: Instant;
  buried_at: Instant;
  size: number;
  digest: string | null;
  letter_sequence: string;
  subjects: string[];
  state: Generated<DeadLetterState>;
  resolved_at: Instant | null;
  resolved_by: string | null;
  resolution_reason: string | null;
  resolution_key: string | null;
  resolution_digest: Buffer | null;
  outreach_id: string | null;
  removed_at: Instant | null;
};

export type DeskActionTable = {
  id: Generated<string>;
  at: Generated<Date>;
  letter_id: string;
  tenant_id: string | null;
  actor: string;
  action: string;
  detail: Json | null;
};

export type UnmatchedSignalTable = {
  provider: string;
  provider_event_id: string;
  fact: string;
  tenant_id: string | null;
  channel: string;
  provider_message_id: string | null;
  delivery_id: string | null;
  cause: string;
  signal: Json;
  occurred_at: Instant;
  received_at: Instant;
  parked_at: Instant;
  expires_at: Instant;
};

export type VaultDatabase = Kysely<VaultTables>;
