import { describe, expect, it } from '@jest/globals';
import { found, noteOf } from './looking.fixture.js';
import { examineAddresses, examineDisk, examineNode } from './machine.examination.js';
import { examineService, type AskedService } from './service.examination.js';

describe('a service', () => {
  const service = (over: Partial<AskedService> = {}): AskedService => ({
    ...{ name: 'api', pid: 7, isAlive: true, restarts: 0, ageSeconds: 600 },
    ...{ live: () => Promise.resolve('live' as const), reasons: () => Promise.resolve([]) },
    ...over,
  });
  const silent = () => Promise.resolve('silent' as const);
  const refused = () => Promise.resolve('refused' as const);
  const because = () => Promise.resolve(['bus: disconnected', 'vault: ECONNREFUSED']);

  it('that is well', async () => {
    expect(await found(examineService(service()))).toEqual([]);
    expect(await noteOf(examineService(service()))).toBe('ready, up for 10 min');
    expect(await found(examineService(service({ reasons: () => Promise.resolve(undefined), restarts: 2 })))).toEqual(
      [],
    );
  });

  it.each<[string, Partial<AskedService>]>([
    ['SERVICE_DOWN fail: no process', { pid: undefined }],
    ['SERVICE_DOWN fail: process 7 is gone', { isAlive: false }],
    ['SERVICE_DOWN fail: process 7 is there, nobody listens', { live: refused }],
    ['SERVICE_DOWN fail: nobody listens at its address', { live: refused, isElsewhere: true, pid: undefined }],
    ['SERVICE_HUNG fail: its address does not answer', { live: silent, isElsewhere: true, pid: undefined }],
    ['SERVICE_NOT_READY warn: it is starting', { live: refused, ageSeconds: 2 }],
    ['SERVICE_HUNG fail: process 7 does not answer', { live: silent }],
    ['SERVICE_NOT_READY fail: bus: disconnected; vault: ECONNREFUSED', { reasons: because }],
    ['SERVICE_NOT_READY warn: bus: disconnected; vault: ECONNREFUSED', { reasons: because, ageSeconds: 5 }],
    ['SERVICE_RESTARTING warn: 3 restarts', { restarts: 3 }],
    ['SERVICE_RESTARTING fail: 9 restarts', { restarts: 9, ageSeconds: 3 }],
  ])('%s', async (line, over) => expect(await found(examineService(service(over)))).toEqual([line]));
});

describe('the machine', () => {
  const disk = (freeBytes: number, totalBytes = 100e9) =>
    examineDisk(() => Promise.resolve({ path: '/data', freeBytes, totalBytes }));

  it.each([
    ['enough', 50e9, []],
    ['a tenth', 9e9, ['DISK_LOW warn: 9.0 GB (9 %) free at /data']],
    ['next to nothing', 1e9, ['DISK_LOW fail: 1.0 GB (1 %) free at /data']],
  ])('with %s of its disk free', async (_how, free, lines) => expect(await found(disk(free))).toEqual(lines));

  it('with a small disk counts in bytes', async () => {
    expect(await found(disk(1.9e9, 4e9))).toEqual(['DISK_LOW warn: 1.9 GB (47 %) free at /data']);
    expect(await found(disk(0.4e9, 4e9))).toEqual(['DISK_LOW fail: 0.4 GB (10 %) free at /data']);
  });

  it.each([
    ['v24.21.0', []],
    ['v22.15.0', []],
    ['v22.14.0', ['NODE_OLD fail: v22.14.0']],
    ['v18.20.1', ['NODE_OLD fail: v18.20.1']],
  ])('with Node %s', async (version, lines) => expect(await found(examineNode(version))).toEqual(lines));
});

describe('addresses', () => {
  const looked = (url: string, production = true, plaintextHosts: string[] = []) =>
    found(examineAddresses([{ name: 'X_URL', url }], { production, plaintextHosts }));
  const good = 'a-long-and-random-one';

  it.each([
    [`postgres://read_system:${good}@db.example.test/read?sslmode=verify-full`, []],
    [`postgres://read_system:${good}@127.0.0.1/read`, []],
    [`tls://projector:${good}@bus.example.test:4222`, []],
    [`esdb://admin:${good}@store.example.test:2113?tls=true`, []],
    ['esdb://127.0.0.1:2113?tls=false', []],
    ['https://api.example.test', []],
    [`postgres://read_system:${good}@db.example.test/read`, ['PLAINTEXT_ADDRESS fail: X_URL on db.example.test']],
    [`nats://projector:${good}@bus.example.test`, ['PLAINTEXT_ADDRESS fail: X_URL on bus.example.test']],
    [`esdb://a:${good}@store.example.test?tls=false`, ['PLAINTEXT_ADDRESS fail: X_URL on store.example.test']],
    ['esdb://admin:changeit@store.example.test', ['WEAK_SECRET fail: X_URL: a password everybody knows']],
    ['tls://projector:projector@bus.example.test', ['WEAK_SECRET fail: X_URL: a password everybody knows']],
    ['tls://projector:short@bus.example.test', ['WEAK_SECRET fail: X_URL: a password of 5 characters']],
    ['nats://127.0.0.1:4222', ['WEAK_SECRET fail: X_URL: without a password']],
  ])('%s', async (url, lines) => expect(await looked(url)).toEqual(lines));

  it('outside production are told of, and a trusted network may be named', async () => {
    const open = `nats://projector:${good}@bus.example.test`;
    expect(await looked(open, false)).toEqual(['PLAINTEXT_ADDRESS warn: X_URL on bus.example.test']);
    expect(await looked(open, true, ['bus.example.test'])).toEqual([]);
  });

  it('never tell a password', async () => {
    for (const url of ['esdb://admin:changeit@s.test', 'tls://u:hunter2@b.test'])
      expect((await looked(url)).join()).not.toMatch(/changeit|hunter2/);
  });
});
