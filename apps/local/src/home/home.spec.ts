import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateVaultKeys } from '@homing/vault';
import { homeDirectory } from './home.directory.js';
import type { HomeDirectory } from './home.directory.js';
import { readEnvironment, writeEnvironment } from './home.environment.js';
import { HomeInUseError, lockHome } from './home.lock.js';
import { loadSecrets } from './home.secrets.js';
import { readServices, writeServices } from './services.record.js';

let directory: string;
let home: HomeDirectory;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-home-'));
  home = homeDirectory(directory, undefined);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('homeDirectory', () => {
  it('is .local in the workspace unless told otherwise, for its owner only', () => {
    expect(home.root).toBe(join(directory, '.local'));
    expect(statSync(home.root).mode & 0o077).toBe(0);
    expect(homeDirectory(directory, join(directory, 'x')).root).toBe(join(directory, 'x'));
  });
});

describe('an OUTREACH_HOME that is there already', () => {
  it('is closed to others', () => {
    chmodSync(home.root, 0o755);
    homeDirectory(directory, undefined);
    expect(statSync(home.root).mode & 0o777).toBe(0o700);
  });
  it('is left alone where everybody works', () => {
    chmodSync(home.root, 0o1777);
    expect(() => homeDirectory(directory, undefined)).toThrow(/shared.*[\s\S]*OUTREACH_HOME/);
    expect(statSync(home.root).mode & 0o7777).toBe(0o1777);
  });
});

describe('secrets', () => {
  const names = { databaseRoles: ['read_api'], natsUsers: ['api'] };

  it('are made once, private, and stay; new names get passwords of their own', async () => {
    const first = await loadSecrets(home.secrets, names, generateVaultKeys);
    expect(statSync(home.secrets).mode & 0o777).toBe(0o600);
    const second = await loadSecrets(home.secrets, { ...names, natsUsers: ['api', 'new'] }, generateVaultKeys);
    expect(second).toEqual({ ...first, natsPasswords: { ...first.natsPasswords, new: expect.any(String) } });
    expect(Buffer.from(first.fingerprintKey, 'base64')).toHaveLength(32);
    expect(first.sendgridApiKey).toMatch(/^SG\./);
  });

  it('hold a matching pair for webhook signatures', async () => {
    const secrets = await loadSecrets(home.secrets, names, generateVaultKeys);
    const message = Buffer.from('1700000000[{}]');
    const signature = sign('sha256', message, createPrivateKey(secrets.sendgridWebhookPrivateKey));
    const der = Buffer.from(secrets.sendgridWebhookPublicKey, 'base64');
    expect(verify('sha256', message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)).toBe(true);
  });

  it('are never replaced when the file is damaged', async () => {
    writeFileSync(home.secrets, '{"idNamespace": "3f');
    await expect(loadSecrets(home.secrets, names, generateVaultKeys)).rejects.toThrow(/damaged/);
    expect(readFileSync(home.secrets, 'utf8')).toBe('{"idNamespace": "3f');
  });
});

describe('env', () => {
  const values = {
    EVENTSTORE_URL: 'esdb://127.0.0.1:3013?tls=false',
    NATS_URL: 'nats://publisher:a_b-c@127.0.0.1:3022',
    ODD: `it's $HOME & "more"; #x`,
  };
  it('reads back what was written, and means the same to a shell', () => {
    writeEnvironment(home.env, values);
    expect(readEnvironment(home.env)).toEqual(values);
    const shell = spawnSync('sh', ['-c', `. "${home.env}"; printf '%s\\n' "$EVENTSTORE_URL" "$NATS_URL" "$ODD"`], {
      encoding: 'utf8',
    });
    expect(shell.stdout.trimEnd().split('\n')).toEqual(Object.values(values));
  });
});

describe('services.json', () => {
  it('is replaced in one step and read back; a damaged one counts as none', () => {
    const records = { api: { pid: 7, url: 'http://127.0.0.1:3000', restarts: 1 } };
    writeServices(home.services, records);
    expect(readServices(home.services)).toEqual(records);
    expect(readdirSync(home.root)).toEqual(['services.json']);
    writeFileSync(home.services, '{');
    expect(readServices(home.services)).toEqual({});
  });
});

describe('lockHome', () => {
  it('refuses while its owner lives, and is given back', () => {
    const release = lockHome(home);
    expect(() => lockHome(home)).toThrow(HomeInUseError);
    expect(() => lockHome(home)).toThrow(`pid ${process.pid}`);
    release();
    expect(existsSync(home.lock)).toBe(false);
    lockHome(home)();
  });
  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' })],
    ['whose number now belongs to another process', JSON.stringify({ pid: process.pid, startedAt: '1' })],
    ['half written', '{"pid"'],
  ])('breaks a lock %s', (_, content) => {
    writeFileSync(home.lock, content);
    lockHome(home)();
    expect(existsSync(home.lock)).toBe(false);
  });
});
