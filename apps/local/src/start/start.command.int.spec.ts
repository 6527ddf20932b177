// Real: Postgres, nats-server, migrations, seed, the launcher. Fake: our own services, so that only the launcher is tested here.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentOf, isAlive, isPortTaken, startPostgres } from '@homing/embedded-stores';
import { createRegistry, openVaultDatabase } from '@homing/vault/registry';
import pg from 'pg';
import { fakeService, until } from '../fixtures/tiny-stack.harness.fixture.js';
import { readEnvironment } from '../home/home.environment.js';
import { readServices } from '../home/services.record.js';
import { portOffsets } from '../wiring/port.table.js';
import { startIn } from './start.command.js';

const stores = ['postgres', 'postgres-events', 'nats'];
const services = Object.keys(portOffsets).filter((name) => !stores.includes(name));
let workspace: string;
let base: number;

beforeAll(async () => {
  workspace = mkdtempSync(join(tmpdir(), 'homing-workspace-'));
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), content);
  };
  for (const name of services) put(`apps/${name}/dist/main.js`, `import(${JSON.stringify(fakeService)});`);
  put('package.json', '{"type":"module"}');
  put('templates/welcome/template.json', '{"description":"A first word","variables":["name"]}');
  put('templates/welcome/email.subject.liquid', 'Welcome, {{ name }}\n');
  put('templates/welcome/email.text.liquid', 'Hello {{ name }}.\n');
  base = await freeBase();
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** Some free range of ports, below those that connections are given by the system: every candidate is looked at before it is taken. */
async function freeBase(): Promise<number> {
  for (let candidate = 31_100 + (process.pid % 28) * 50; ; candidate += 50) {
    const taken = await Promise.all(Object.values(portOffsets).map((offset) => isPortTaken(candidate + offset)));
    if (!taken.includes(true)) return candidate;
  }
}

const home = () => join(workspace, 'home');
const servicesFile = () => join(home(), 'services.json');
async function launched(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const signals = new EventEmitter();
  let output = '';
  let over = false;
  const own = { PATH: process.env['PATH'], OUTREACH_HOME: home(), PORT_BASE: String(base), ...environment };
  const write = (text: string) => void (output += text);
  const ended = startIn({ workspace, environment: own, signals, write }, args).finally(() => (over = true));
  await Promise.race([ended, until(() => over || output.includes(`\nready http://127.0.0.1:${base}\n`), 'readiness')]);
  const env = () => readEnvironment(join(home(), 'env'));
  return { output: () => output, env, stop: () => (signals.emit('SIGTERM'), ended) };
}
async function query(connectionString: string | undefined, sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows as pg.QueryResultRow[];
  } finally {
    await client.end();
  }
}

describe('start', () => {
  it('brings everything up, seeds the sandbox, tells the addresses, and stops without a trace', async () => {
    const stack = await launched([]);
    const records = readServices(servicesFile());
    expect(Object.keys(records).sort()).toEqual([...services, ...stores].sort());
    const pids = Object.values(records).map(({ pid }) => pid as number);
    expect(pids.every(isAlive)).toBe(true);

    const env = stack.env();
    expect(Object.keys(env).sort()).toEqual(
      'ANALYST_DATABASE_URL API_KEY API_URL DATABASE_URL EVENTSTORE_URL NATS_URL SIMULATOR_URL TENANT_ID WEBHOOK_URL'.split(
        ' ',
      ),
    );
    expect(env['API_URL']).toBe(`http://127.0.0.1:${base}`);
    for (const file of ['env', 'secrets.json', 'services.json'])
      expect(statSync(join(home(), file)).mode & 0o077).toBe(0);

    expect(
      await query(env['DATABASE_URL'], 'select current_user::text as who, count(*)::int as n from outreach'),
    ).toEqual([{ who: 'read_system', n: 0 }]);
    await expect(query(env['ANALYST_DATABASE_URL'], 'select * from outreach')).rejects.toThrow(
      /homing\.tenant is not set/,
    );

    expect(await stack.stop()).toBe(0);
    expect(pids.some(isAlive)).toBe(false);
  });

  it('continues with the same data, key and passwords; a start with --fresh names what it wipes and begins anew', async () => {
    const first = await launched([]);
    const { API_KEY: key, TENANT_ID: tenantId = '', DATABASE_URL: url } = first.env();
    const passwords = (
      JSON.parse(readFileSync(join(home(), 'secrets.json'), 'utf8')) as { databasePasswords: Record<string, string> }
    ).databasePasswords;
    const vault = openVaultDatabase({
      url: `postgres://vault_owner:${passwords['vault_owner']}@127.0.0.1:${base + portOffsets.postgres}/vault`,
    });
    const registry = createRegistry({ db: vault, access: 'system' });
    expect(await registry.verifyApiKey(key ?? '')).toMatchObject({ kind: 'valid', tenantId });
    expect(await registry.findCampaign({ tenantId, campaignId: 'sandbox' })).toMatchObject({ status: 'active' });
    expect(await registry.findTemplate({ tenantId, templateId: 'welcome' })).toMatchObject({
      version: 1,
      variables: ['name'],
      bodies: { email: { subject: 'Welcome, {{ name }}', text: 'Hello {{ name }}.' } },
    });
    await vault.destroy();
    await first.stop();

    const second = await launched(['--no-demo'], { DATABASE_URL: url }); // its own env file loaded into the shell
    expect(second.env()['API_KEY']).toBe(key);
    await second.stop();

    const fresh = await launched(['--fresh']);
    for (const store of ['events', 'vault and read', 'bus', 'simulator', 'secrets'])
      expect(fresh.output()).toMatch(new RegExp(`wiped ${store}.*: ${home()}`));
    expect(fresh.env()['API_KEY']).not.toBe(key);
    expect(fresh.env()['TENANT_ID']).not.toBe(tenantId);
    await fresh.stop();
  });

  it('starts a killed store again, with its data, while everything else goes on', async () => {
    const stack = await launched([]);
    const before = readServices(servicesFile());
    for (const name of stores) process.kill(before[name]?.pid as number, 'SIGKILL');
    for (const name of stores)
      await until(() => stack.output().split(`${name} ready again`).length === 2, `${name} to be ready again`);
    const after = readServices(servicesFile());
    for (const name of stores) expect(after[name]?.restarts).toBe(1);
    expect(after['api']).toEqual(before['api']);
    expect(await query(stack.env()['DATABASE_URL'], 'select count(*)::int as n from outreach')).toEqual([{ n: 0 }]);
    await stack.stop();
  });

  it('gives each service what it needs and nothing else', async () => {
    const stack = await launched([]);
    const records = readServices(servicesFile());
    const always = ['HOST', 'LOG_LEVEL', 'NODE_ENV', 'OUTREACH_HOME', 'PATH', 'PORT', 'SERVICE_INSTANCE'];
    const told = (name: string) =>
      Object.keys(environmentOf(records[name]?.pid as number) ?? {}).filter((variable) => !always.includes(variable));
    const secretsOf = (variable: string) => services.filter((name) => told(name).includes(variable));
    expect(secretsOf('VAULT_OPEN_KEY')).toEqual(['channel-gateway']);
    expect(secretsOf('SIMULATOR_SENDGRID_PRIVATE_KEY')).toEqual(['provider-simulator']);
    expect(secretsOf('EVENTS_DATABASE_URL')).toEqual(['event-store-dev']);
    expect(secretsOf('SENDGRID_API_KEY').sort()).toEqual(['channel-gateway', 'provider-simulator']);
    // The edge: what webhooks of each account are verified with, and nothing that sends, opens a request or reaches a database.
    const ofWebhooks = /_(WEBHOOK_\w+|APP_SECRET|VERIFY_TOKEN|CONSUMER_SECRET|CLIENT_SECRET)$/;
    expect(told('webhook-ingestion')).toContain('SENDGRID_WEBHOOK_PUBLIC_KEY');
    expect(
      told('webhook-ingestion')
        .filter((variable) => variable.startsWith('PUBLIC_') || !ofWebhooks.test(variable))
        .sort(),
    ).toEqual([
      'DEAD_LETTER_SEAL_KEY',
      'NATS_URL',
      'PUBLIC_WEBHOOK_URL',
      'TRACKING_KEYS',
      'UNSUBSCRIBE_KEYS',
      'WEBHOOK_KEYS_OPEN_KEY',
    ]);
    expect(told('projector').sort()).toEqual(['EVENTSTORE_URL', 'NATS_URL', 'READ_DATABASE_URL']);
    const users = services.map((name) => environmentOf(records[name]?.pid as number)?.['NATS_URL']).filter(Boolean);
    expect(new Set(users).size).toBe(users.length);
    await stack.stop();
  });

  it('lets an outside publisher ask for outreach and nothing else', async () => {
    const stack = await launched([]);
    const url = new URL(stack.env()['NATS_URL'] ?? '');
    const connection = await connect({ servers: url.host, user: url.username, pass: url.password, reconnect: false });
    const refused: string[] = [];
    const watching = (async () => {
      for await (const status of connection.status())
        if (status.type === 'error' && refused.push(String(status.error)) === 2) return;
    })();
    connection.publish('outreach.requested', '{}');
    connection.publish('provider.signal.sendgrid', '{}');
    connection.subscribe('delivery.dispatch.>');
    await watching;
    expect(refused.join('\n')).toMatch(/Publish to "provider\.signal\.sendgrid"/i);
    expect(refused.join('\n')).toMatch(/Subscription to "delivery\.dispatch\.>"/i);
    await connection.close();
    await stack.stop();
  });

  it('names every program that was not built before anything starts', async () => {
    rmSync(join(workspace, 'apps/projector/dist/main.js'));
    try {
      await expect(launched([])).rejects.toThrow(
        /not built: .*apps\/projector\/dist\/main\.js\n {2}next: npm run build/,
      );
    } finally {
      writeFileSync(join(workspace, 'apps/projector/dist/main.js'), `import(${JSON.stringify(fakeService)});`);
    }
  });

  it('never wipes a server of the user', async () => {
    const given = { DATABASE_URL: 'postgres://me@db.test/postgres' };
    await expect(launched(['--fresh'], given)).rejects.toThrow(/DATABASE_URL names a server of yours/);
  });

  it('uses a Postgres that is given instead of starting one', async () => {
    // One of its own: the roles that are given new passwords here are those of every database on a server.
    const directory = mkdtempSync(join(tmpdir(), 'homing-given-'));
    const given = await startPostgres({ dataDir: join(directory, 'postgres') });
    try {
      const stack = await launched([], { DATABASE_URL: given.adminUrl });
      expect(Object.keys(readServices(servicesFile()))).not.toContain('postgres');
      const url = new URL(stack.env()['DATABASE_URL'] ?? '');
      expect(url.port).toBe(new URL(given.adminUrl).port);
      expect(await query(url.href, 'select count(*)::int as n from outreach')).toEqual([{ n: 0 }]);
      await stack.stop();
    } finally {
      await given.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
