import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, readEnv } from './index.js';

const protocols = ['nats', 'tls', 'esdb', 'esdb+discover', 'postgres', 'http', 'https'];
const faultsOf = (source: Record<string, string>, name = 'URL'): string[] => {
  const env = readEnv(source);
  env.secret(name, { protocols });
  try {
    env.check();
    return [];
  } catch (error) {
    return (error as ConfigError).faults.map(({ variable, expected }) => `${variable} ${expected}`);
  }
};

describe('addresses in production', () => {
  it.each([
    'http://mail.test',
    'nats://user:pw@bus:4222',
    'tls://bus:4222,nats://bus-two:4222',
    'esdb://events:2113?tls=false',
    'esdb://events:2113,events-two:2113?tls=false',
    'postgres://u:p@db/read',
    'postgres://u:p@db/read?sslmode=disable',
    'postgres://u:p@db/read?sslmode=no-verify',
    'postgres://u:p@db/read?sslmode=require&uselibpqcompat=true',
    'postgres://u:p@127.0.0.1.evil.test/read',
  ])('%s is refused, without a word of it', (URL) => {
    const [fault, ...more] = faultsOf({ URL, NODE_ENV: 'production' });
    expect(more).toEqual([]);
    expect(fault).toMatch(/^URL must be encrypted \(TLS\) in production: see ALLOW_PLAINTEXT_HOSTS$/);
    // Elsewhere it is taken.
    expect(faultsOf({ URL, NODE_ENV: 'development' })).toEqual([]);
  });

  it.each([
    'https://mail.test',
    'tls://user:pw@bus:4222',
    'tls://bus:4222,tls://bus-two:4222',
    'esdb://admin:pw@events:2113',
    'esdb+discover://events:2113?tls=true',
    'esdb://events:2113,events-two:2113,events-three:2113?tls=true',
    'postgres://u:p@db/read?sslmode=verify-full',
    'nats://127.0.0.1:4222',
    'http://[::1]:8080',
    'http://localhost',
    'postgres:///read?host=/run/postgresql',
  ])('%s is taken', (URL) => expect(faultsOf({ URL, NODE_ENV: 'production' })).toEqual([]));

  it('are taken in clear when their host, and not only another one, is named', () => {
    const inClear = { URL: 'nats://bus:4222,nats://other:4222', NODE_ENV: 'production' };
    expect(faultsOf({ ...inClear, ALLOW_PLAINTEXT_HOSTS: 'bus, other' })).toEqual([]);
    expect(faultsOf({ ...inClear, ALLOW_PLAINTEXT_HOSTS: 'bus' })).toHaveLength(1);
  });
});

describe('a variable given as a file', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'homing-env-'));
    writeFileSync(join(directory, 'url'), 'tls://user:pw@bus:4222\n');
    writeFileSync(join(directory, 'empty'), '\n');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('is read from there, without the line break at its end', () => {
    const env = readEnv({ BUS_FILE: join(directory, 'url') });
    expect(env.has('BUS')).toBe(true);
    expect(env.secret('BUS', { protocols }).reveal()).toBe('tls://user:pw@bus:4222');
    expect(() => env.check()).not.toThrow();
  });

  it('is named when the file is empty, cannot be read, or the variable is there as well', () => {
    expect(faultsOf({ URL_FILE: join(directory, 'empty') })).toEqual(['URL is required']);
    expect(faultsOf({ URL_FILE: join(directory, 'none') })).toEqual(['URL_FILE must name a file that can be read']);
    const both = { URL_FILE: join(directory, 'url'), URL: 'tls://other:4222' };
    expect(faultsOf(both)).toEqual(['URL must be given once, by itself or by URL_FILE']);
  });
});
