// Real: processes, ports, signals, files. Fake: the services are tiny ones (fixtures/fake-service.fixture.mjs).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort, isAlive, isPortTaken } from '@homing/embedded-stores';
import { tinyHome, tinyLauncher, until } from '../fixtures/tiny-stack.harness.fixture.js';

let tiny: ReturnType<typeof tinyHome>;
beforeEach(() => {
  tiny = tinyHome();
});
afterEach(() => tiny.close());

const fakes = (...services: Parameters<typeof tiny.fakeNode>[0][]) =>
  Promise.all(services.map((each) => tiny.fakeNode(each)));
const log = (name: string) => readFileSync(join(tiny.home.logs, `${name}.log`), 'utf8');
import type { StackNode } from './stack.nodes.js';

describe('launchStack', () => {
  it('starts in the order of waiting, says when ready, logs behind names and into files', async () => {
    const done: string[] = [];
    const task: StackNode = {
      kind: 'task',
      name: 'migrate',
      after: ['store'],
      run: async () => void done.push(log('store')),
    };
    const stack = await tiny.launch([...(await fakes({ name: 'api', after: ['migrate'] }, { name: 'store' })), task]);
    expect(done[0]).toContain('listening on');
    const said = stack.output();
    expect(said.indexOf('store ready')).toBeLessThan(said.indexOf('migrate done'));
    expect(said.indexOf('migrate done')).toBeLessThan(said.indexOf('api ready'));
    expect(said).toMatch(/^api {15} \| listening on \d+$/m);
    expect(log('api')).toMatch(/^listening on \d+\n/);
    expect(Object.keys(tiny.services())).toEqual(['store', 'api']);
    expect(tiny.services()['api']).toEqual({
      pid: expect.any(Number),
      url: expect.stringMatching(/^http:/),
      restarts: 0,
    });
  });

  it('starts a killed service again and counts it, again and again', async () => {
    await tiny.launch(await fakes({ name: 'api' }), { recoveredAfterMs: 0 });
    for (let restarts = 1; restarts <= 7; restarts++) {
      const before = tiny.pidOf('api') as number;
      process.kill(before, 'SIGKILL');
      const now = await until(() => tiny.services()['api']?.restarts === restarts && tiny.pidOf('api'), 'a restart');
      expect(now).not.toBe(before);
      expect(isAlive(now)).toBe(true);
      await until(() => log('api').split('listening').length === restarts + 2, 'readiness again');
    }
  });

  it('stops everything, last started first, and leaves no process, also none a service started', async () => {
    const stack = await tiny.launch(await fakes({ name: 'store', mode: 'parent' }, { name: 'api', after: ['store'] }));
    const pids = ['store', 'api'].map((name) => tiny.pidOf(name) as number);
    const grandchild = Number(/child (\d+)/.exec(log('store'))?.[1]);
    expect(isAlive(grandchild)).toBe(true);
    expect(await stack.stop()).toBe(0);
    expect(pids.map(isAlive)).toEqual([false, false]);
    await until(() => !isAlive(grandchild), "the service's own child to end");
    expect(stack.output().indexOf('api                | stopping')).toBeLessThan(
      stack.output().indexOf('store              | stopping'),
    );
    expect(Object.values(tiny.services()).map(({ pid }) => pid)).toEqual([null, null]);
  });

  it('kills at a second, later signal what does not stop', async () => {
    const stack = await tiny.launch(await fakes({ name: 'stubborn', mode: 'stubborn' }));
    const pid = tiny.pidOf('stubborn') as number;
    stack.signals.emit('SIGINT');
    stack.signals.emit('SIGINT'); // the same Ctrl-C, told twice
    await until(() => log('stubborn').includes('not yet'), 'the first signal to arrive');
    expect(isAlive(pid)).toBe(true);
    await until(() => (stack.signals.emit('SIGINT'), !isAlive(pid)), 'the kill');
    expect(await stack.ended).toBe(0);
  });

  it('starts again on the same ports and home', async () => {
    const nodes = await fakes({ name: 'store' }, { name: 'api', after: ['store'] });
    await (await tiny.launch(nodes)).stop();
    const again = await tiny.launch(nodes);
    expect(isAlive(tiny.pidOf('api') as number)).toBe(true);
    expect(await again.stop()).toBe(0);
  });

  it('names a service that keeps ending, its last lines and the next step, and stops the rest', async () => {
    const nodes = await fakes({ name: 'store' }, { name: 'api', mode: 'crash', after: ['store'] });
    const failure = await tiny.launch(nodes).catch((error: Error) => error);
    expect((failure as Error).message).toMatch(/api keeps ending: 5 times in a row, last with exit code 3/);
    expect((failure as Error).message).toContain('the configuration names no bus');
    expect((failure as Error).message).toMatch(/next: .*logs\/api\.log/);
    expect(tiny.services()['api']?.restarts).toBe(4);
    expect(tiny.pidOf('store')).toBeUndefined();
    expect(await isPortTaken(nodes[0]?.port as number)).toBe(false);
  });

  it('does not start what waits for something that cannot start', async () => {
    const [api] = await fakes({ name: 'api', after: ['migrate'] });
    const run = async () => Promise.reject(new Error('relation "x" does not exist'));
    const launched = tiny.launch([{ kind: 'task', name: 'migrate', after: [], run }, api as never]);
    await expect(launched).rejects.toThrow('relation "x" does not exist');
    expect(tiny.services()).toEqual({});
  });

  it('waits for a service that is not ready for long but gets on', async () => {
    // Its 30 questions take over 4 s: longer than it is given to be ready, while a process has time to begin.
    await tiny.launch(await fakes({ name: 'projector', mode: 'catching-up' }), { readyWithinMs: 2_000, loopAfter: 2 });
    expect(tiny.services()['projector']).toMatchObject({ pid: expect.any(Number), restarts: 0 });
  });

  it.each(['never-ready', 'stuck'])('gives up on a service that never gets ready, and stops it: %s', async (mode) => {
    const launched = tiny.launch(await fakes({ name: 'api', mode }), { readyWithinMs: 50, loopAfter: 2 });
    await expect(launched).rejects.toThrow(/not ready within/);
    expect(tiny.pidOf('api')).toBeUndefined();
  });

  it('stops while it is still starting, and what is being prepared does not appear afterwards', async () => {
    const slow = await tiny.fakeNode({ name: 'slow' });
    let prepared = () => undefined as void;
    const preparing = new Promise<void>((resolve) => (prepared = resolve));
    let asked = false;
    const command = async () => ((asked = true), await preparing, slow.command());
    const launched = tiny.launch([{ ...slow, command }]);
    await until(() => asked, 'the preparation to begin');
    const closing = tiny.close();
    prepared();
    expect(await launched.then((stack) => stack.ended)).toBe(0);
    await closing;
    expect(await isPortTaken(slow.port)).toBe(false);
  });

  it('names a taken port, its service and PORT_BASE before anything starts', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => squatter.once('listening', listening));
    const { port } = squatter.address() as AddressInfo;
    try {
      const nodes = await fakes({ name: 'store' }, { name: 'api', port });
      await expect(tiny.launch(nodes)).rejects.toThrow(new RegExp(`port ${port} \\(api\\)[\\s\\S]*PORT_BASE=`));
      expect(tiny.services()).toEqual({});
    } finally {
      squatter.close();
    }
  });

  it('runs two stacks side by side', async () => {
    const other = tinyHome();
    try {
      await tiny.launch(await fakes({ name: 'api' }));
      const second = await other.launch([await other.fakeNode({ name: 'api' })]);
      expect(other.pidOf('api')).not.toBe(tiny.pidOf('api'));
      await second.stop();
      expect(isAlive(tiny.pidOf('api') as number)).toBe(true);
    } finally {
      await other.close();
    }
  });
});

describe('a launcher as a process of its own', () => {
  const stackOf = async () =>
    JSON.stringify([
      { name: 'store', port: await freePort(), after: [] },
      { name: 'api', port: await freePort(), after: ['store'] },
    ]);
  const run = async (stack: string) => {
    const child = spawn(process.execPath, [tinyLauncher, stack], {
      env: { OUTREACH_HOME: tiny.home.root },
      stdio: 'pipe',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await until(() => output.includes('\nready ') || child.exitCode !== null, 'readiness or the end');
    return { child, ended, output: () => output };
  };
  const pids = () => ['store', 'api'].map((name) => tiny.pidOf(name) as number);

  it('stops on SIGTERM without leaving a process', async () => {
    const launcher = await run(await stackOf());
    const started = pids();
    expect(started.map(isAlive)).toEqual([true, true]);
    launcher.child.kill('SIGTERM');
    expect(await launcher.ended).toBe(0);
    expect(started.map(isAlive)).toEqual([false, false]);
  });

  it('goes on running and writing its files when nobody reads its output any more', async () => {
    const launcher = await run(await stackOf());
    launcher.child.stdout.destroy();
    for (let restarts = 1; restarts <= 3; restarts++) {
      process.kill(tiny.pidOf('api') as number, 'SIGKILL');
      await until(() => tiny.services()['api']?.restarts === restarts && tiny.pidOf('api'), 'a restart');
      await until(() => log('launcher').split('api ready again').length === restarts + 1, 'its words in the file');
    }
    const started = pids();
    expect(launcher.child.exitCode).toBeNull();
    launcher.child.kill('SIGTERM');
    expect(await launcher.ended).toBe(0);
    expect(started.map(isAlive)).toEqual([false, false]);
  });

  it('refuses a second launcher in the same home by the pid of the first', async () => {
    const first = await run(await stackOf());
    const second = await run(await stackOf());
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`(pid ${first.child.pid})`);
    expect(pids().map(isAlive)).toEqual([true, true]);
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
  });

  it('killed with -9: the next one breaks its lock, ends what it left and starts on the same ports', async () => {
    const stack = await stackOf();
    const first = await run(stack);
    const left = pids();
    first.child.kill('SIGKILL');
    await first.ended;
    expect(left.map(isAlive)).toEqual([true, true]);
    const second = await run(stack);
    expect(second.output()).toContain('left running: api, store');
    expect(left.map(isAlive)).toEqual([false, false]);
    expect(pids().map(isAlive)).toEqual([true, true]);
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });

  it('never ends a stranger who got the number of a service', async () => {
    const stranger = execFile(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      env: { OUTREACH_HOME: '/elsewhere' },
    });
    try {
      const record = { pid: stranger.pid, url: 'http://127.0.0.1:1', restarts: 0 };
      writeFileSync(tiny.home.services, JSON.stringify({ api: record }));
      const launcher = await run(await stackOf());
      launcher.child.kill('SIGINT');
      expect(await launcher.ended).toBe(0);
      expect(isAlive(stranger.pid as number)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});
