// Over real stores: what is configured stands in the vault, with its entry in the audit trail.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { withTenant } from '@homing/vault/registry';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

let stack: ApiStack;
let tenant: TestTenant;

beforeAll(async () => void (stack = await startApiStack()));
afterAll(() => stack.stop());
beforeEach(async () => void (tenant = await stack.newTenant()));

async function ask(method: string, path: string, body?: unknown, key = tenant.key) {
  const answer = await fetch(`${stack.service.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const faultsOf = ({ body }: { body: Record<string, unknown> }) =>
  ((body['errors'] ?? []) as { field: string; code: string }[]).map(({ field, code }) => `${field}:${code}`);
const typeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
  status,
  String(body['type']).replace('urn:homing:problem:', ''),
];
const place = '/channels/email/config';
const defaults = {
  ...{ enabled: true, maxPerHour: 100, maxPerDay: 500, maxPerPerson: 3, maxRetries: 2, retryBackoffHours: [24, 48] },
  templates: { cold_outreach: 'cold_outreach', follow_up: 'follow_up' },
};

describe('a channel', () => {
  it('has no quotas until somebody configures it, and then those of the product where nothing else is said', async () => {
    const before = await ask('GET', place);
    expect(before).toMatchObject({
      status: 200,
      body: { ...{ configured: false, installed: true, defaults }, effective: { maxPerHour: null, maxRetries: 2 } },
    });
    const { body } = await ask('PUT', place, {});
    expect(body).toMatchObject({ configured: true, ...defaults, settingsVersion: 1 });
    expect(body['effective']).toEqual({
      ...{ enabled: true, assisted: false, maxPerHour: 100, maxPerDay: 500, maxPerPerson: 3 },
      ...{ maxRetries: 2, retryBackoffHours: [24, 48] },
    });
    expect((await ask('GET', place)).body).toEqual(body);
    expect([before.body, body].flatMap((each) => faultsAgainst('ChannelConfig', each))).toEqual([]);
  });

  it('is changed on the version that was read, beside the tenant’s other rules, and audited', async () => {
    await ask('PUT', '/policies', { caps: { perDay: 5 } });
    const { body } = await ask('PUT', place, { maxPerHour: null, maxPerDay: 20, settingsVersion: 1 });
    expect(body).toMatchObject({ maxPerHour: null, maxPerDay: 20, settingsVersion: 2 });
    expect(typeOf(await ask('PUT', place, { settingsVersion: 1 }))).toEqual([409, 'outdated']);
    const policies = await ask('PUT', '/policies', { caps: { perDay: 6 } });
    expect(policies.body).toMatchObject({ caps: { perDay: 6 }, channels: { email: { maxPerDay: 20 } } });
    expect((await ask('GET', place)).body).toMatchObject({ maxPerDay: 20, settingsVersion: 3 });
    expect((await ask('PUT', '/policies', { channels: {} })).body).toMatchObject({ channels: {} });
    expect((await ask('GET', place)).body).toMatchObject({ configured: false });
    const { rows } = await withTenant(stack.vault.as('vault_api'), tenant.tenantId, (trx) =>
      sql<{ actor: string }>`select actor from registry.audit where action = 'tenant.settings'`.execute(trx),
    );
    expect(rows).toHaveLength(4);
    expect(rows.every(({ actor }) => actor.startsWith('key:'))).toBe(true);
  });

  it('configured by several at once keeps what each of them said', async () => {
    const bodies = [{ maxPerDay: 600 }, { enabled: false }];
    const channels = ['email', 'linkedin'];
    const all = await Promise.all(channels.map((name, i) => ask('PUT', `/channels/${name}/config`, bodies[i])));
    expect(all.map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask('GET', place)).body).toMatchObject({ configured: true, maxPerDay: 600 });
    expect((await ask('GET', '/channels/linkedin/config')).body).toMatchObject({ configured: true, enabled: false });
  });

  it.each<[string, string, unknown, string[]]>([
    ['nobody knows', 'fax', {}, ['channel:unknown_channel']],
    ['that does not exist yet', 'phone', {}, ['channel:not_available_yet']],
    ['no gateway sends by', 'sms', { enabled: true }, ['enabled:not_installed']],
    ['whose hour has more than its day', 'email', { maxPerHour: 501 }, ['maxPerHour:over_day']],
    ['that silently queues everything', 'email', { maxPerHour: 0 }, ['maxPerHour:nothing_fits']],
    ['whose retries have no waits', 'email', { maxRetries: 3 }, ['retryBackoffHours:fewer_than_retries']],
    [
      'that sends for somebody else',
      'email',
      { settings: { from_email: 'a@else.test' } },
      ['settings.from_email:sender_not_allowed'],
    ],
    ['with a field nobody knows', 'email', { perHour: 5 }, ['perHour:unknown_field']],
  ])('%s is refused with field and reason', async (_what, channel, body, faults) => {
    const answer = await ask('PUT', `/channels/${channel}/config`, body);
    expect(typeOf(answer)).toEqual([422, 'invalid_fields']);
    expect(faultsOf(answer)).toEqual(faults);
  });

  it('needs a key that may change the rules', async () => {
    const reader = await tenant.keyWith(['policies:read']);
    expect((await ask('GET', place, undefined, reader)).status).toBe(200);
    expect(typeOf(await ask('PUT', place, {}, reader))).toEqual([403, 'missing_scope']);
    expect(faultsOf(await ask('PUT', '/policies', { channels: { sms: { enabled: true } } }))).toEqual([
      'channels.sms.enabled:not_installed',
    ]);
  });
});

it('what a budget leaves to one channel is shown with what is spoken for', async () => {
  const budget = { totalMicros: 900, channels: { email: { totalMicros: 500 } } };
  await ask('POST', '/campaigns', { campaignId: 'c', settings: { budget } });
  const { body } = await ask('GET', '/budgets/c');
  expect(body['channels']).toEqual([
    ...[
      {
        channel: 'email',
        limitMicros: 500,
        reservedMicros: 0,
        spentMicros: 0,
        varianceMicros: 0,
        perDayLimitMicros: null,
      },
    ],
  ]);
  expect(faultsAgainst('Budget', body)).toEqual([]);
});
