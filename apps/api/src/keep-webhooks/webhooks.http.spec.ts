// The real HTTP surface over accounts kept in memory; the vault's own are tested in libs/vault.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { HeardPlace, WebhookHealthReport } from '@homing/contracts';
import type { RunningService } from '@homing/service-kit';
import type { KeptWebhookAccount, WantedWebhookAccount } from '@homing/vault/registry';
import { asJson, authorized, fakeParts, startApi, TENANT } from '../api.fixture.js';
import type { ApiWebhooks } from '../api.parts.js';
import type { KeysEvent } from './account.keeper.js';

let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});

const secret = 'a-key-of-mailgun-that-signs';
interface Given {
  readonly told: KeysEvent[];
  readonly wanted: WantedWebhookAccount[];
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
}

async function given(changes: Partial<ApiWebhooks> = {}, on = true): Promise<Given> {
  const told: KeysEvent[] = [];
  const wanted: WantedWebhookAccount[] = [];
  let kept: KeptWebhookAccount | undefined;
  const webhooks: ApiWebhooks = {
    accounts: {
      put: async (asked) => {
        wanted.push(asked);
        const { actor: _actor, ...place } = asked;
        const keys = asked.keys.map((key) => ({ sealed: 'kept before', ...key }));
        kept = { ...place, keys, version: (kept?.version ?? 0) + 1, updatedAt: '2026-01-01T00:00:00.000Z' };
        return { kind: 'kept', account: kept };
      },
      find: async () => kept,
      list: async () => (kept ? [kept] : []),
    },
    seal: async (key, { keyId }) => `sealed ${key.length} ${keyId}`,
    most: 2,
    tell: async (event) => {
      told.push(event);
      return { kind: 'stored' };
    },
    reports: async () => [],
    ...changes,
  };
  service = await startApi(fakeParts(on ? { webhooks } : {}));
  const { url } = service;
  return {
    told,
    wanted,
    call: async (method, path, body) => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: body === undefined ? authorized() : asJson,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
  };
}
const path = '/webhook-accounts/mailgun/acme';

describe('webhook accounts', () => {
  it('take keys, seal them, tell ingestion, and show no key ever', async () => {
    const { call, told, wanted } = await given();
    const notAfter = '2026-12-01T00:00:00Z';
    const answer = await call('PUT', path, {
      keys: [
        { id: 'new', key: secret },
        { id: 'old', notAfter },
      ],
    });
    expect(answer).toEqual({
      status: 200,
      body: {
        provider: 'mailgun',
        account: 'acme',
        path: '/webhooks/mailgun/acme',
        version: 1,
        keys: [{ id: 'new' }, { id: 'old', notAfter: '2026-12-01T00:00:00.000Z' }],
        updatedAt: '2026-01-01T00:00:00.000Z',
        status: 'published',
      },
    });
    expect(wanted[0]).toMatchObject({
      tenantId: TENANT,
      actor: 'key:k1',
      keys: [{ sealed: 'sealed 27 new' }, { id: 'old' }],
    });
    expect(told[0]).toMatchObject({
      subject: 'webhook.keys.mailgun.acme',
      event: {
        id: 'webhook.keys.mailgun.acme:1',
        data: { tenantId: TENANT, version: 1, keys: [{ id: 'new', sealed: 'sealed 27 new' }, { id: 'old' }] },
      },
    });
    const seen = [answer, await call('GET', path), await call('GET', '/webhook-accounts'), told];
    expect(JSON.stringify(seen)).not.toContain(secret);
    expect(JSON.stringify(seen.slice(0, 3))).not.toContain('sealed');
  });

  it('are out of force once they are removed', async () => {
    const { call, told } = await given();
    expect((await call('DELETE', path)).status).toBe(404);
    await call('PUT', path, { keys: [{ id: 'k', key: secret }] });
    expect(await call('DELETE', path)).toMatchObject({ status: 200, body: { version: 2, keys: [] } });
    expect(told[1]?.event.data?.keys).toEqual([]);
  });

  it('are kept while the bus is away, and said to be pending', async () => {
    const away = async () => {
      throw new Error('no bus');
    };
    const { call } = await given({ tell: away });
    const answer = await call('PUT', path, { keys: [{ id: 'k', key: secret }] });
    expect([answer.status, answer.body['status']]).toEqual([202, 'pending']);
  });

  it('are in force beyond what ingestion has heard, where a restored vault counts from lower', async () => {
    let there = 7;
    const { call, wanted } = await given({
      tell: async ({ event }) => {
        if (event.data.version <= there) return { kind: 'known', there, same: false };
        there = event.data.version;
        return { kind: 'stored' };
      },
      accounts: counting(),
    });
    const answer = await call('PUT', path, { keys: [{ id: 'k', key: secret }] });
    expect(answer).toMatchObject({ status: 200, body: { version: 8, status: 'published' } });
    expect(wanted).toEqual([]);
    expect(there).toBe(8);
  });

  it('that somebody else has changed meanwhile are published: what is newer is in force', async () => {
    const { call } = await given({
      tell: async () => ({ kind: 'known', there: 2, same: false }),
      accounts: { ...counting(), find: async () => ({ ...kept, version: 2 }) },
    });
    const answer = await call('PUT', path, { keys: [{ id: 'k', key: secret }] });
    expect(answer).toMatchObject({ status: 200, body: { version: 1, status: 'published' } });
  });

  it('say what to do when there are as many as there may be', async () => {
    const { call } = await given({ accounts: { ...none, put: async () => ({ kind: 'too_many' }) } });
    expect(await call('PUT', path, { keys: [{ id: 'k', key: secret }] })).toMatchObject({
      status: 409,
      body: {
        type: 'urn:homing:problem:limit_reached',
        detail: expect.stringContaining('may have 2 webhook accounts'),
      },
    });
  });

  it('take the word that Meta is given with the address, and of nobody else', async () => {
    const { call, told } = await given();
    const keys = [
      { id: 'app', key: secret },
      { id: 'word', key: 'a-word-for-the-address', use: 'challenge' },
    ];
    const answer = await call('PUT', '/webhook-accounts/meta/acme', { keys });
    expect(answer.body['keys']).toEqual([{ id: 'app' }, { id: 'word', use: 'challenge' }]);
    expect(told[0]?.event.data.keys).toMatchObject([{ id: 'app' }, { id: 'word', use: 'challenge' }]);
    expect(await call('PUT', path, { keys })).toMatchObject({ status: 422, body: { errors: [{ field: 'keys' }] } });
  });

  it.each([
    ['/webhook-accounts/nobody/acme', { keys: [] }, 'provider'],
    ['/webhook-accounts/mailgun/Acme', { keys: [] }, 'account'],
    [path, {}, 'keys'],
    [path, { keys: Array.from({ length: 11 }, (_, n) => ({ id: `k${n}`, key: secret })) }, 'keys'],
    [path, { keys: [{ id: 'K', key: secret }] }, 'keys[0].id'],
    [path, { keys: [{ id: 'k', key: 'short' }] }, 'keys[0].key'],
    [path, { keys: [{ id: 'k', key: secret, notAfter: 'soon' }] }, 'keys[0].notAfter'],
    [
      path,
      {
        keys: [
          { id: 'k', key: secret },
          { id: 'k', key: secret },
        ],
      },
      'keys',
    ],
    [path, { keys: [{ id: 'k', secret }] }, 'keys[0]'],
    [path, { keys: [{ id: 'k', key: secret, use: 'all' }] }, 'keys[0].use'],
    [path, { keys: [{ id: 'k', use: 'challenge' }] }, 'keys[0].use'],
    [path, { keys: [], name: secret }, ''],
  ])('%s %j is refused by its field, and nothing that was sent is repeated', async (to, body, field) => {
    const { call, wanted } = await given();
    const answer = await call('PUT', to, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(wanted).toEqual([]);
  });

  it('say when the path is another’s, a key is not kept, or the installation is not set up for them', async () => {
    const taken = await given({ accounts: { ...none, put: async () => ({ kind: 'taken' }) } });
    expect(await taken.call('PUT', path, { keys: [] })).toMatchObject({
      status: 409,
      body: { type: 'urn:homing:problem:different_content' },
    });
    await service?.stop();
    const unknown = await given({ accounts: { ...none, put: async () => ({ kind: 'unknown_key', id: 'k9' }) } });
    expect(await unknown.call('PUT', path, { keys: [{ id: 'k9' }] })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'unknown_key' }] },
    });
    await service?.stop();
    const off = await given({}, false);
    expect(await off.call('GET', '/webhook-accounts')).toMatchObject({
      status: 409,
      body: { type: 'urn:homing:problem:not_configured' },
    });
  });
});
const none = { find: async () => undefined, list: async () => [] };
const kept: KeptWebhookAccount = {
  ...{ tenantId: TENANT, provider: 'mailgun', account: 'acme', version: 1, keys: [] },
  updatedAt: '2026-01-01T00:00:00.000Z',
};
/** Counts versions as the vault does. */
function counting(): ApiWebhooks['accounts'] {
  let version = 0;
  return {
    ...none,
    find: async () => ({ ...kept, version }),
    put: async ({ beyond = 0 }) => {
      version = Math.max(version, beyond) + 1;
      return { kind: 'kept', account: { ...kept, version } };
    },
  };
}

describe('the health of webhooks', () => {
  const place = (changes: Partial<HeardPlace> = {}): HeardPlace => ({
    ...{ provider: 'mailgun', keys: 1, valid: 2, forged: 1, stale: 1, unreadable: 0, notStored: 3 },
    ...changes,
  });
  const report = (at: string, places: HeardPlace[]): WebhookHealthReport => ({ since: at, at, places });

  it('adds up over processes, newest instants first, and shows a tenant no other’s accounts', async () => {
    const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
    const { call } = await given({
      reports: async () => [
        report(late, [place({ lastValidAt: late, keys: 2 }), place({ account: 'acme', tenantId: TENANT })]),
        report(early, [
          place({ lastValidAt: early, lastForgedAt: early }),
          place({ account: 'other', tenantId: 't9' }),
        ]),
      ],
    });
    expect((await call('GET', '/webhook-health')).body).toEqual({
      items: [
        {
          ...{ provider: 'mailgun', keys: 2, valid: 4, forged: 2, stale: 2, unreadable: 0, notStored: 6 },
          ...{ lastValidAt: late, lastForgedAt: early },
        },
        {
          ...{
            provider: 'mailgun',
            account: 'acme',
            keys: 1,
            valid: 2,
            forged: 1,
            stale: 1,
            unreadable: 0,
            notStored: 3,
          },
        },
      ],
    });
  });

  it('is empty where nothing was heard', async () => {
    const { call } = await given({}, false);
    expect(await call('GET', '/webhook-health')).toEqual({ status: 200, body: { items: [] } });
  });
});
