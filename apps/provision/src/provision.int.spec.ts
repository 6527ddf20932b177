// The operator's commands. Real: a PostgreSQL of its own, the nats-server program, files. Nothing is played.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningPostgres, startPostgres } from '@homing/embedded-stores';
import { busUsers, passwordVariable, productionNatsConfiguration } from '@homing/provisioning';
import { createLogger, readEnv } from '@homing/service-kit';
import { createRegistry, openVaultDatabase } from '@homing/vault/registry';
import pg from 'pg';
import { tenant } from './add-tenant/tenant.command.js';
import { secrets } from './make-secrets/secrets.command.js';
import { up } from './prepare-stores/up.command.js';
import type { Command } from './provision.command.js';

let home: string;
let directory: string;
let postgres: RunningPostgres;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'homing-provision-'));
  directory = join(home, 'secrets');
  mkdirSync(join(home, 'postgres'));
  postgres = await startPostgres({ dataDir: join(home, 'postgres', 'data'), fsync: false });
  await run(secrets, { args: [directory, '--postgres', `127.0.0.1:${postgres.port}`] });
});
afterAll(async () => {
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
});

async function run(command: Command, { args = [] as string[], env = {} as Record<string, string> }) {
  let [said, logged] = ['', ''];
  const logger = createLogger({ service: 't', instance: 't', destination: { write: (line) => void (logged += line) } });
  const code = await command({ args, env: readEnv(env), logger, write: (text) => void (said += text) });
  return { code, said, logged };
}

const secret = (name: string): string => readFileSync(join(directory, name), 'utf8');
/** The server of this test speaks no TLS; the address is on this machine. */
const urlOf = (role: string): string => secret(`${role.replaceAll('_', '-')}-database-url`).replace(/\?.*/, '');
const roles = [
  'vault_owner',
  'vault_intake',
  'vault_open',
  'vault_api',
  'vault_desk',
  'read_owner',
  'read_system',
  'read_api',
  'read_analyst',
];
const environment = (): Record<string, string> => ({
  POSTGRES_ADMIN_URL: postgres.adminUrl,
  ...Object.fromEntries(roles.map((role) => [`${role.toUpperCase()}_DATABASE_URL`, urlOf(role)])),
});

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('up', () => {
  it('makes two databases with roles and schemas, and changes nothing when it runs again or twice at once', async () => {
    expect(await run(up, { env: environment() })).toMatchObject({ code: 0 });
    const both = await Promise.all([run(up, { env: environment() }), run(up, { env: environment() })]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const names = await ask(
      postgres.adminUrl,
      `select datname from pg_database where datname in ('vault','read','events')`,
    );
    expect(names).toEqual(expect.arrayContaining([{ datname: 'vault' }, { datname: 'read' }]));
    expect(names).toHaveLength(2);
    for (const role of roles) expect(await ask(urlOf(role), 'select current_user as who')).toEqual([{ who: role }]);
    expect(await ask(urlOf('read_system'), 'select count(*)::int as n from outreach')).toEqual([{ n: 0 }]);
    await expect(ask(urlOf('read_api').replace(/read$/, 'vault'), 'select 1')).rejects.toThrow(/permission denied/);
  });

  it('takes over a password that was changed', async () => {
    const changed = urlOf('vault_api').replace(/:[^:@]+@/, ':another-password@');
    await run(up, { env: { ...environment(), VAULT_API_DATABASE_URL: changed } });
    expect(await ask(changed, 'select 1 as n')).toEqual([{ n: 1 }]);
    await run(up, { env: environment() });
    await expect(ask(changed, 'select 1')).rejects.toThrow(/password/);
  });

  it('refuses an address that logs in as somebody else, and one without a password, before it touches anything', async () => {
    const wrong = {
      READ_API_DATABASE_URL: urlOf('read_system'),
      VAULT_OPEN_DATABASE_URL: 'postgres://vault_open@h/vault',
    };
    await expect(
      run(up, { env: { ...environment(), ...wrong, POSTGRES_ADMIN_URL: 'postgres://nobody@127.0.0.1:1/x' } }),
    ).rejects.toMatchObject({
      name: 'ConfigError',
      faults: [
        { variable: 'VAULT_OPEN_DATABASE_URL', expected: 'must log in as vault_open with a password' },
        { variable: 'READ_API_DATABASE_URL', expected: 'must log in as read_api with a password' },
      ],
    });
  });
});

describe('tenant', () => {
  it('makes a tenant whose key works, with the templates of a folder, and shows the key once', async () => {
    await run(up, { env: environment() });
    const env = { VAULT_OWNER_DATABASE_URL: urlOf('vault_owner') };
    const args = ['--name', 'Acme', '--email', 'hello@acme.test', '--templates', join(process.cwd(), 'templates')];
    const { code, said, logged } = await run(tenant, { env, args });
    const made = JSON.parse(said) as { tenantId: string; apiKey: string; templates: number };
    expect({ code, templates: made.templates > 0 }).toEqual({ code: 0, templates: true });
    expect(logged).not.toContain(made.apiKey);
    const db = openVaultDatabase({ url: urlOf('vault_owner'), maxConnections: 1 });
    const registry = createRegistry({ db, access: 'system' });
    expect(await registry.verifyApiKey(made.apiKey)).toMatchObject({ kind: 'valid', tenantId: made.tenantId });
    const again = await run(tenant, { env, args: [...args, '--id', made.tenantId] });
    expect(JSON.parse(again.said)).toMatchObject({ tenantId: made.tenantId });
    await db.destroy();
  });

  it('says how it is used when something is missing or unknown', async () => {
    expect(await run(tenant, { args: ['--name', 'Acme'] })).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^tenant --name/),
    });
    expect(await run(tenant, { args: ['--nmae', 'Acme'] })).toMatchObject({ code: 2 });
  });
});

describe('secrets', () => {
  it('are files that nobody else can reach and that never change', async () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const before = Object.fromEntries(readdirSync(directory).map((name) => [name, secret(name)]));
    const { said } = await run(secrets, { args: [directory] });
    expect(said).toContain('made 0 secrets');
    expect(said).toContain('still missing: sendgrid-api-key (');
    expect(Object.keys(before)).toEqual(readdirSync(directory));
    const changed = Object.keys(before).filter((name) => before[name] !== secret(name));
    // Made with another address of the server: those that are derived follow, the others stay.
    expect(changed).toEqual(['postgres-admin-url']);
    const values = Object.values(before).join('\n');
    for (const word of said.split(/\s+/).filter((each) => each.length > 20)) expect(values).not.toContain(word);
  });

  it('make anew what is missing, but never half of the key pair', async () => {
    const copy = join(home, 'copy');
    await run(secrets, { args: [copy] });
    rmSync(join(copy, 'nats-api-url'));
    expect((await run(secrets, { args: [copy] })).said).toContain('made 1 secrets');
    const { password } = new URL(readFileSync(join(copy, 'nats-api-url'), 'utf8'));
    expect(readFileSync(join(copy, 'nats-secrets.conf'), 'utf8')).toContain(`PASSWORD_API: "${password}"`);
    rmSync(join(copy, 'vault-open-key'));
    await expect(run(secrets, { args: [copy] })).rejects.toThrow('vault-open-key');
    expect(existsSync(join(copy, 'vault-open-key'))).toBe(false);
  });

  it('are what deploy/nats/nats.conf asks for: nats-server reads the two together', async () => {
    const folder = join(home, 'nats');
    mkdirSync(folder);
    const written = productionNatsConfiguration()
      .replaceAll('/etc/nats/', `${folder}/`)
      .replace('/data/', `${folder}/`);
    const [tls] = /^tls \{[^}]*\}\n/m.exec(written) ?? [''];
    writeFileSync(join(folder, 'nats.conf'), written.replace(tls, ''));
    const program = process.env['HOMING_NATS_SERVER_BIN'] ?? '';
    const check = () =>
      execFileSync(program, ['-t', '-c', join(folder, 'nats.conf')], { stdio: 'pipe', encoding: 'utf8' });
    expect(check).toThrow(/secrets.conf/);
    writeFileSync(join(folder, 'secrets.conf'), secret('nats-secrets.conf'));
    expect(check).not.toThrow();
    // A user whose password is missing is a fault, not an open door.
    const first = passwordVariable(Object.keys(busUsers)[0] ?? '');
    writeFileSync(join(folder, 'secrets.conf'), secret('nats-secrets.conf').replace(`${first}:`, 'other:'));
    expect(check).toThrow(/variable reference|PASSWORD_/);
  });
});
