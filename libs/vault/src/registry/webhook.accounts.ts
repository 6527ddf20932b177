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
  /** Accounts with keys the tenant may have at once. */
  readonly most: number;
  /** The new version is beyond this one too: somebody was told of it before the vault was restored. */
  readonly beyond?: number;
}

export type PutWebhookAccount =
  | { readonly kind: 'kept'; readonly account: KeptWebhookAccount }
  /** The path is another tenant's. */
  | { readonly kind: 'taken' }
  /** The tenant has as many as it may have. */
  | { readonly kind: 'too_many' }
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
  for (const key of wanted.keys) {
    const going = goingOn(key, before);
    if (going === undefined) return { kind: 'unknown_key', id: key.id };
    keys.push(going);
  }
  if (!(await hasRoom(trx, wanted, before))) return { kind: 'too_many' };
  const after = await write(trx, { ...wanted, keys }, before);
  await audit(trx, {
    ...{ tenantId, actor, action: 'webhook_account.put', subject: `${provider}/${account}` },
    before: before && shown(before),
    after: shown(after),
  });
  return { kind: 'kept', account: after };
}

/** The key to be in force: as given, or as it is kept under that name. */
function goingOn(wanted: WantedWebhookKey, before?: KeptWebhookAccount): SealedWebhookKey | undefined {
  const { sealed, ...key } = wanted;
  if (sealed !== undefined) return { ...key, sealed };
  const known = before?.keys.find(({ id }) => id === key.id);
  if (known === undefined) return undefined;
  return { ...key, sealed: known.sealed, ...(known.use === undefined ? {} : { use: known.use }) };
}

/** Names taken and given up again, for each account that may have keys: they stay the tenant's, and are not without bound. */
const NAMES_PER_ACCOUNT = 10;

/** Whether this account may have keys besides the tenant's others. What has some already is never refused. */
async function hasRoom(trx: Trx, wanted: WantedWebhookAccount, before?: KeptWebhookAccount): Promise<boolean> {
  if ((before?.keys.length ?? 0) > 0 || (before && wanted.keys.length === 0)) return true;
  const { tenantId, most } = wanted;
  await oneWriterAtATime(trx, ['webhook-accounts', tenantId]);
  const { rows } = await sql<{ live: string; names: string }>`select count(*) as names,
      count(*) filter (where keys <> '[]'::jsonb) as live
    from registry.webhook_account where tenant_id = ${tenantId}`.execute(trx);
  const { live, names } = rows[0] ?? { live: 0, names: 0 };
  return Number(live) < most && (before !== undefined || Number(names) < most * NAMES_PER_ACCOUNT);
}

async function write(
  trx: Trx,
  wanted: WantedWebhookAccount & { readonly keys: readonly SealedWebhookKey[] },
  before?: KeptWebhookAccount,
): Promise<KeptWebhookAccount> {
  const { tenantId, provider, account, beyond = 0 } = wanted;
  const json = JSON.stringify(wanted.keys);
  const change = before
    ? sql<Row>`update registry.webhook_account
        set version = greatest(version, ${beyond}::integer) + 1, keys = ${json}::jsonb, updated_at = now()
        where tenant_id = ${tenantId} and provider = ${provider} and account = ${account} returning ${columns}`
    : sql<Row>`insert into registry.webhook_account (provider, account, tenant_id, version, keys)
        values (${provider}, ${account}, ${tenantId}, ${beyond}::integer + 1, ${json}::jsonb) returning ${columns}`;
  const { rows } = await change.execute(trx);
  return kept(rows[0] as Row);
}

/** What of it may be seen: which keys, and until when. */
const shown = ({ version, keys }: KeptWebhookAccount) => ({
  version,
  keys: keys.map(({ sealed: _sealed, ...key }) => key),
});
