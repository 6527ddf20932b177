import { webhookKeysSubject, type CloudEvent, type WebhookKeysMessage } from '@homing/contracts';
import type { KeptWebhookAccount } from '@homing/vault/registry';
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
  readonly keys: readonly { readonly id: string; readonly notAfter?: string }[];
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
    const given = readKeys(body);
    const { tenantId } = caller;
    const { accounts, seal } = this.#parts;
    const keys = await Promise.all(
      given.map(async ({ key, ...known }) =>
        key === undefined ? known : { ...known, sealed: await seal(key, { tenantId, ...place, keyId: known.id }) },
      ),
    );
    const kept = await accounts.put({ tenantId, ...place, keys, actor: actorOf(caller) });
    if (kept.kind === 'taken')
      throw new ProblemError('different_content', {
        detail: 'the path belongs to another account: choose another name',
      });
    if (kept.kind === 'unknown_key')
      throw invalidField('keys', 'unknown_key', `no key is kept under the name ${kept.id}: give it with its key`);
    return { ...shown(kept.account), status: await this.#tell(kept.account) };
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

  async #tell(account: KeptWebhookAccount): Promise<'published' | 'pending'> {
    try {
      await this.#parts.tell(keysEvent(account));
      return 'published';
    } catch {
      return 'pending';
    }
  }
}

export interface KeysEvent {
  readonly subject: string;
  readonly tenantId: string;
  readonly key: string;
  readonly event: CloudEvent<WebhookKeysMessage>;
}

/** As ingestion hears it. */
export function keysEvent({ updatedAt: _updatedAt, ...data }: KeptWebhookAccount): KeysEvent {
  const { provider, account, tenantId, version } = data;
  const subject = webhookKeysSubject(provider, account);
  const key = `${subject}:${version}`;
  const event = { specversion: '1.0' as const, id: key, source: 'homing/api', type: subject, tenantid: tenantId, data };
  return { subject, tenantId, key, event };
}

const shown = ({ provider, account, version, keys, updatedAt }: KeptWebhookAccount): ShownAccount => ({
  provider,
  account,
  path: `/webhooks/${provider}/${account}`,
  version,
  keys: keys.map(({ sealed: _sealed, ...key }) => key),
  updatedAt,
});
