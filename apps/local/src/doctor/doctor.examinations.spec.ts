import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultCodes, type Examination } from '@homing/doctor';
import { generateVaultKeys } from '@homing/vault';
import { homeDirectory, type HomeDirectory } from '../home/home.directory.js';
import { writeEnvironment } from '../home/home.environment.js';
import { lockHome } from '../home/home.lock.js';
import { loadSecrets } from '../home/home.secrets.js';
import { stackMark, writeServices } from '../home/services.record.js';
import { doctorIn } from './doctor.command.js';
import { examineHome } from './home.examination.js';
import { ageOf } from './process.age.js';
import { examineSimulator } from './simulator.examination.js';
import { serviceOf } from './stack.services.js';
import { examineInstallation, examinePorts } from './start.examination.js';

let directory: string;
let home: HomeDirectory;
const children: ChildProcess[] = [];
const servers: Server[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-doctor-'));
  home = homeDirectory(directory, undefined);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true, force: true });
});

const found = async (examination: Examination): Promise<string[]> => {
  const { findings } = await examination.look(new AbortController().signal);
  return findings.map(({ code, severity }) => `${code} ${severity}`);
};

describe('a home', () => {
  const names = { databaseRoles: ['read_api'], natsUsers: ['api'] };

  it('that was never used, and one that is in order, have no faults', async () => {
    rmSync(home.root, { recursive: true });
    expect(await found(examineHome(home))).toEqual([]);
    home = homeDirectory(directory, undefined);
    await loadSecrets(home.secrets, names, generateVaultKeys);
    // A launcher that runs for some minutes has written it, and the process of this test may be that old.
    writeFileSync(home.env, 'API_URL=http://127.0.0.1:1\n', { mode: 0o600 });
    const release = lockHome(home);
    expect(await found(examineHome(home))).toEqual([]);
    release();
    expect(await found(examineHome(home))).toEqual([]);
  });

  it('HOME_OPEN, SECRETS_OPEN', async () => {
    await loadSecrets(home.secrets, names, generateVaultKeys);
    writeFileSync(home.env, '', { mode: 0o600 });
    chmodSync(home.env, 0o640);
    chmodSync(home.secrets, 0o644);
    chmodSync(home.root, 0o755);
    expect(await found(examineHome(home))).toEqual(['HOME_OPEN fail', 'SECRETS_OPEN fail', 'SECRETS_OPEN fail']);
  });

  it.each(['{"idNamespace": "3f', '{}'])('SECRETS_DAMAGED: %s', async (text) => {
    writeFileSync(home.secrets, text, { mode: 0o600 });
    expect(await found(examineHome(home))).toEqual(['SECRETS_DAMAGED fail']);
  });

  it('SECRETS_MISSING: beside stores, not in a home that holds none', async () => {
    expect(await found(examineHome(home))).toEqual([]);
    mkdirSync(home.postgres);
    expect(await found(examineHome(home))).toEqual(['SECRETS_MISSING fail']);
  });

  it('ENV_MISSING: of a launcher that has been running for a while, not of one that starts', async () => {
    await loadSecrets(home.secrets, names, generateVaultKeys);
    const release = lockHome(home);
    expect(await found(examineHome(home, () => 10))).toEqual([]);
    expect(await found(examineHome(home, () => 200))).toEqual(['ENV_MISSING warn']);
    writeEnvironment(home.env, { API_URL: 'http://127.0.0.1:3000' });
    expect(await found(examineHome(home, () => 200))).toEqual([]);
    release();
  });

  it('LOCK_STALE, LEFTOVERS: of a launcher that was killed, not of a stranger with the number', async () => {
    writeFileSync(home.lock, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }));
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: stackMark(home.root, 'api') });
    children.push(left);
    await once(left, 'spawn');
    const url = 'http://127.0.0.1:1';
    writeServices(home.services, {
      api: { pid: left.pid ?? 0, url, restarts: 0 },
      nats: { pid: process.pid, url, restarts: 0 },
    });
    const { findings } = await examineHome(home).look(new AbortController().signal);
    expect(findings.map(({ code, detail }) => [code, detail])).toEqual([
      ['LOCK_STALE', `process ${2 ** 22 + 1} is gone`],
      ['LEFTOVERS', `api (${left.pid})`],
    ]);
  });
});

describe('a start', () => {
  const lock = (path: string, packages: object): void =>
    writeFileSync(join(directory, path), JSON.stringify({ packages }));

  it('INSTALL_STALE, BUILD_MISSING', async () => {
    const look = () => found(examineInstallation(directory, ['api']));
    const here = { version: '1.0.0' };
    mkdirSync(join(directory, 'node_modules'));
    mkdirSync(join(directory, 'apps', 'api', 'dist'), { recursive: true });
    lock('package-lock.json', {
      ...{ '': here, 'node_modules/a': here, 'node_modules/b': { link: true }, 'libs/b': here },
      'node_modules/elsewhere': { version: '2.0.0', optional: true },
    });
    expect(await look()).toEqual(['INSTALL_STALE fail', 'BUILD_MISSING fail']);
    writeFileSync(join(directory, 'apps', 'api', 'dist', 'main.js'), '');
    lock('node_modules/.package-lock.json', { 'node_modules/a': here });
    expect(await look()).toEqual([]);
    lock('node_modules/.package-lock.json', { 'node_modules/a': { version: '0.9.0' } });
    expect(await look()).toEqual(['INSTALL_STALE fail']);
  });

  it('PORT_TAKEN', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { findings } = await examinePorts({ api: port }).look(new AbortController().signal);
    expect(findings).toMatchObject([{ code: 'PORT_TAKEN', detail: `${port} (api)` }]);
    server.close();
    await once(server, 'close');
    expect(await found(examinePorts({ api: port }))).toEqual([]);
  });
});

describe('a process', () => {
  it('has an age', () => {
    expect(ageOf(process.pid)).toBeGreaterThan(0);
    expect(ageOf(2 ** 22 + 1)).toBeUndefined();
  });

  it('that is frozen is silent, and one that is gone refuses', async () => {
    const program = `const s = require('node:http').createServer((q, r) => { r.statusCode = 503;
      r.end(JSON.stringify({ checks: { bus: { status: 'down', reason: 'disconnected' }, vault: { status: 'up' } } })) });
      s.listen(0, '127.0.0.1', () => console.log(s.address().port))`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${line.toString().trim()}`;
    const service = serviceOf('api', { pid: child.pid ?? 0, url, restarts: 1 });
    expect(await service.live()).toBe('live');
    expect(await service.reasons()).toEqual(['bus: disconnected']);
    child.kill('SIGSTOP');
    expect(await service.live()).toBe('silent');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await service.live()).toBe('refused');
    expect(serviceOf('api', { pid: child.pid ?? 0, url, restarts: 1 }).isAlive).toBe(false);
  });
});

describe('a simulator', () => {
  const shown = (over: object) => ({
    sendgrid: {
      ...{ latencyMs: 0, answerDelayMs: 0, errorRates: {}, dropAfterAccept: 0, hangs: 0 },
      throttle: { rate: 0, perSecond: 0, style: 'none', retryAfterSeconds: 1 },
      activity: { allowed: true, delayMs: 0, perMinute: 0 },
      webhook: { delayMs: 0, duplicates: 0, reorder: false, paused: false, batchSize: 50 },
      ...over,
    },
  });
  const looked = async (behaviour: object): Promise<unknown[]> => {
    const server = createHttpServer((_, reply) => void reply.end(JSON.stringify(behaviour))).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return (await examineSimulator(url).look(new AbortController().signal)).findings.map(({ detail }) => detail);
  };

  it('on its best day has no fault', async () => expect(await looked(shown({}))).toEqual([]));
  it('SIMULATOR_MISBEHAVES, and how', async () => {
    const over = { errorRates: { '503': 0.5 }, webhook: { paused: true }, activity: { allowed: false } };
    expect(await looked(shown(over))).toEqual([
      'sendgrid errorRates = {"503":0.5}, sendgrid activity.allowed = false, sendgrid webhook.paused = true',
    ]);
  });
});

describe('how it is called', () => {
  const called = async (args: string[], environment: NodeJS.ProcessEnv = {}) => {
    const said: string[] = [];
    const note = (text: string): void => void said.push(text);
    const code = await doctorIn({ workspace: directory, environment, write: note, complain: note }, args);
    return { code, said: said.join('') };
  };

  it.each<[string[], NodeJS.ProcessEnv, string]>([
    [['--mend'], {}, 'unknown argument --mend'],
    [['--explain', 'NOTHING'], {}, 'there is no fault NOTHING'],
    [['--environment'], {}, 'no address is given'],
    [['--environment'], { NATS_URL: 'secret-without-scheme' }, 'no address: NATS_URL'],
    [['--environment'], { DOCTOR_SERVICES: 'api' }, 'no address: DOCTOR_SERVICES'],
  ])('wrongly: %j', async (args, environment, words) => {
    const { code, said } = await called(args, environment);
    expect({ code, said }).toEqual({ code: 64, said: expect.stringContaining(words) });
    expect(said).not.toContain('secret');
  });

  it('--list names every fault, --explain tells of one', async () => {
    expect((await called(['--list'])).said.trim().split('\n')).toHaveLength(faultCodes.length);
    expect(await called(['--explain', 'dead_letters'])).toEqual({
      ...{ code: 0, said: expect.stringMatching(/^DEAD_LETTERS \(warning\)\n {2}Messages[^]*found by:[^]*mend:/) },
    });
  });

  it('--environment looks at what is given, and at nothing else', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const { code, said } = await called(['--environment', '--json'], {
      ...{ NATS_URL: `nats://doctor:a-long-and-random-one@127.0.0.1:${port}` },
      DOCTOR_SERVICES: `api=http://127.0.0.1:${port}/`,
    });
    const { results } = JSON.parse(said) as { results: { subject: string; findings: { code: string }[] }[] };
    expect(code).toBe(1);
    expect(said).not.toContain('a-long-and-random-one');
    expect(results.map(({ subject, findings }) => [subject, ...findings.map((each) => each.code)])).toEqual([
      ['Node'],
      ['api', 'SERVICE_DOWN'],
      ['bus', 'BUS_UNREACHABLE'],
      ['bus streams'],
      ['bus consumers'],
      ['addresses and passwords'],
    ]);
  });
});
