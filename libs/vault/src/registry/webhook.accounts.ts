import type { SealedWebhookKey, WebhookKeysMessage } from '@homing/contracts';
import { sql } from 'kysely';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { audit, oneWriterAtATime, type Trx } from './registry.audit.js';

/** One account whose webhooks are heard, as it is kept: its keys are sealed and shown to nobody. */
export interface KeptWebhookAccount extends WebhookKeysMessage {
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** A key to be in force; without `sealed` the one kept under that name goes on. */
export type WantedWebhookKey = Omit<SealedWebhookKey, 'sealed'> & { readonly sealed?: string };

export interface WantedWebhookAccount {
  readonly tenantId: string;
  readonly provider: string;
  readonly account: string;
  /** All of them: what is not named is out of force. None: nobody may call there any more. */
  readonly keys: readonly WantedWebhookKey[];
  readonly actor: string;
}

export type PutWebhookAccount =
  | { readonly kind: 'kept'; readonly account: KeptWebhookAccount }
  /** The path is another tenant's. */
  | { readonly kind: 'taken' }
  /** A key was to go on that is not kept. */
  | { readonly kind: 'unknown_key'; readonly id: string };

type Named = Pick<WantedWebhookAccount, 'tenantId' | 'provider' | 'account'>;

export interface WebhookAccounts {
  put(wanted: WantedWebhookAccount): Promise<PutWebhookAccount>;
  find(named: Named): Promise<KeptWebhookAccount | undefined>;
  /** The tenant's, by provider and name; a tenant has few. */
  list(tenantId: string): Promise<KeptWebhookAccount[]>;
}

interface Row {
  readonly tenant_id: string;
  readonly provider: string;
  readonly account: string;
  readonly version: number;
  readonly keys: SealedWebhookKey[];
  readonly updated_at: Date;
}

const columns = sql`tenant_id, provider, account, version, keys, updated_at`;
const kept = (row: Row): KeptWebhookAccount => ({
  tenantId: row.tenant_id,
  provider: row.provider,
  account: row.account,
  version: row.version,
  keys: row.keys,
  updatedAt: row.updated_at.toISOString(),
});

/** @param db connected as `vault_api` */
export function createWebhookAccounts(db: VaultDatabase): WebhookAccounts {
  return {
    put: async (wanted) => {
      try {
        return await withTenant(db, wanted.tenantId, (trx) => put(trx, wanted));
      } catch (error) {
        // Row-level security hides another tenant's row; its name is taken all the same.
        if ((error as { code?: unknown }).code === '23505') return { kind: 'taken' };
        throw error;
      }
    },
    find: (named) => withTenant(db, named.tenantId, (trx) => load(trx, named)),
    list: (tenantId) =>
      withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<Row>`select ${columns} from registry.webhook_account
          where tenant_id = ${tenantId} order by provider, account`.execute(trx);
        return rows.map(kept);
      }),
  };
}

/** Every account of every tenant, for whoever tells ingestion. @param db connected as `vault_intake` */
export async function allWebhookAccounts(db: VaultDatabase): Promise<KeptWebhookAccount[]> {
  const { rows } = await sql<Row>`select ${columns} from registry.webhook_account order by provider, account`.execute(
    db,
  );
  return rows.map(kept);
}

async function load(trx: Trx, { tenantId, provider, account }: Named): Promise<KeptWebhookAccount | undefined> {
  const { rows } = await sql<Row>`select ${columns} from registry.webhook_account
    where tenant_id = ${tenantId} and provider = ${provider} and account = ${account}`.execute(trx);
  return rows[0] && kept(rows[0]);
}

async function put(trx: Trx, wanted: WantedWebhookAccount): Promise<PutWebhookAccount> {
  const { tenantId, provider, account, actor } = wanted;
  await oneWriterAtATime(trx, ['webhook-account', provider, account]);
  const before = await load(trx, wanted);
  const keys: SealedWebhookKey[] = [];
  for (const { sealed, ...key } of wanted.keys) {
    const going = sealed ?? before?.keys.find(({ id }) => id === key.id)?.sealed;
    if (going === undefined) return { kind: 'unknown_key', id: key.id };
    keys.push({ ...key, sealed: going });
  }
  const json = JSON.stringify(keys);
  const change = before
    ? sql<Row>`update registry.webhook_account set version = version + 1, keys = ${json}::jsonb, updated_at = now()
        where tenant_id = ${tenantId} and provider = ${provider} and account = ${account} returning ${columns}`
    : sql<Row>`insert into registry.webhook_account (provider, account, tenant_id, version, keys)
        values (${provider}, ${account}, ${tenantId}, 1, ${json}::jsonb) returning ${columns}`;
  const { rows } = await change.execute(trx);
  const after = kept(rows[0] as Row);
  await audit(trx, {
    ...{ tenantId, actor, action: 'webhook_account.put', subject: `${provider}/${account}` },
    before: before && shown(before),
    after: shown(after),
  });
  return { kind: 'kept', account: after };
}

/** What of it may be seen: which keys, and until when. */
const shown = ({ version, keys }: KeptWebhookAccount) => ({
  version,
  keys: keys.map(({ sealed: _sealed, ...key }) => key),
});
