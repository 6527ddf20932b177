import { webhookKeysSubject, type CloudEvent, type WebhookKeysMessage, type WebhookKeyUse } from '@homing/contracts';
import type { KeptWebhookAccount, PutWebhookAccount, WantedWebhookAccount } from '@homing/vault/registry';
import type { ApiWebhooks } from '../api.parts.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { readKeys, readPlace } from './webhook.bodies.js';

/** `published`: ingestion knows it within a second. `pending`: kept, and told to ingestion as soon as the bus is back. */
export interface ShownAccount {
  readonly provider: string;
  readonly account: string;
  /** Where the provider calls, after the public address of ingestion. */
  readonly path: string;
  readonly version: number;
  readonly keys: readonly { readonly id: string; readonly notAfter?: string; readonly use?: WebhookKeyUse }[];
  readonly updatedAt: string;
  readonly status?: 'published' | 'pending';
}

/** Accounts of the caller's tenant whose webhooks are heard. Keys go in and never come out. */
export class AccountKeeper {
  constructor(private readonly webhooks: ApiWebhooks | undefined) {}

  async list({ tenantId }: Caller): Promise<{ items: ShownAccount[] }> {
    return { items: (await this.#parts.accounts.list(tenantId)).map(shown) };
  }

  async find({ tenantId }: Caller, provider: string, account: string): Promise<ShownAccount> {
    const found = await this.#parts.accounts.find({ tenantId, ...readPlace(provider, account) });
    if (!found) throw new ProblemError('not_found');
    return shown(found);
  }

  /** @throws ProblemError */
  async put(caller: Caller, named: readonly [string, string], body: unknown): Promise<ShownAccount> {
    const place = readPlace(...named);
    const given = readKeys(body, place.provider);
    const { tenantId } = caller;
    const { accounts, seal } = this.#parts;
    const keys = await Promise.all(
      given.map(async ({ key, ...known }) =>
        key === undefined ? known : { ...known, sealed: await seal(key, { tenantId, ...place, keyId: known.id }) },
      ),
    );
    const wanted = { tenantId, ...place, keys, actor: actorOf(caller), most: this.#parts.most };
    const kept = keptOf(await accounts.put(wanted), wanted);
    const told = await this.#tell(kept);
    if (told.status === 'published' || told.there === undefined) return { ...shown(kept), status: told.status };
    // The vault was restored and counts from lower than ingestion has heard: once more, beyond that.
    const again = keptOf(await accounts.put({ ...wanted, beyond: told.there }), wanted);
    return { ...shown(again), status: (await this.#tell(again)).status };
  }

  /** Nobody may call there any more; the path stays the tenant's. */
  async remove(caller: Caller, named: readonly [string, string]): Promise<ShownAccount> {
    await this.find(caller, ...named);
    return this.put(caller, named, { keys: [] });
  }

  get #parts(): ApiWebhooks {
    if (this.webhooks) return this.webhooks;
    throw new ProblemError('not_configured', { detail: 'WEBHOOK_KEYS_SEAL_KEY is not set for the API' });
  }

  /** `there`: the version ingestion has heard, where the vault itself does not know it. */
  async #tell(account: KeptWebhookAccount): Promise<{ status: 'published' | 'pending'; there?: number }> {
    const told = await this.#parts.tell(keysEvent(account)).catch(() => undefined);
    if (told === undefined) return { status: 'pending' };
    if (told.kind === 'stored') return { status: 'published' };
    const { there } = told;
    if (there === account.version) return told.same ? { status: 'published' } : { status: 'pending', there };
    const now = await this.#parts.accounts.find(account);
    // Somebody changed it meanwhile, and that is what is in force.
    if ((now?.version ?? 0) >= there) return { status: 'published' };
    return { status: 'pending', there };
  }
}

/** @throws ProblemError with the next step */
function keptOf(kept: PutWebhookAccount, { most }: Pick<WantedWebhookAccount, 'most'>): KeptWebhookAccount {
  switch (kept.kind) {
    case 'kept':
      return kept.account;
    case 'taken':
      throw new ProblemError('different_content', {
        detail: 'the path belongs to another account: choose another name',
      });
    case 'too_many':
      throw new ProblemError('limit_reached', {
        detail: `a tenant may have ${most} webhook accounts: DELETE one that is not called any more, or have WEBHOOK_ACCOUNTS_PER_TENANT raised`,
      });
    case 'unknown_key':
      throw invalidField('keys', 'unknown_key', `no key is kept under the name ${kept.id}: give it with its key`);
  }
}

export interface KeysEvent {
  readonly subject: string;
  readonly tenantId: string;
  readonly event: CloudEvent<WebhookKeysMessage> & { readonly data: WebhookKeysMessage };
}

/** As ingestion hears it. */
export function keysEvent({ updatedAt: _updatedAt, ...data }: KeptWebhookAccount): KeysEvent {
  const { provider, account, tenantId, version } = data;
  const subject = webhookKeysSubject(provider, account);
  const id = `${subject}:${version}`;
  const event = { specversion: '1.0' as const, id, source: 'homing/api', type: subject, tenantid: tenantId, data };
  return { subject, tenantId, event };
}

const shown = ({ provider, account, version, keys, updatedAt }: KeptWebhookAccount): ShownAccount => ({
  provider,
  account,
  path: `/webhooks/${provider}/${account}`,
  version,
  keys: keys.map(({ sealed: _sealed, ...key }) => key),
  updatedAt,
});
