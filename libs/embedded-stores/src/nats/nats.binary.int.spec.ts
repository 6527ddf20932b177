// Real: programs on this machine. The fetch itself is exercised by whichever run meets an empty cache.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsBinary } from './nats.binary.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'homing-natsbin-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function program(folder: string, version: string): string {
  const path = join(home, folder, 'nats-server');
  mkdirSync(join(home, folder));
  writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('natsBinary', () => {
  it('takes NATS_SERVER_BIN before PATH', async () => {
    const [named, onPath] = [program('named', '2.11.4'), program('path', '2.15.1')];
    const env = { NATS_SERVER_BIN: named, PATH: join(onPath, '..') };
    expect(await natsBinary(env)).toEqual({ path: named, version: [2, 11, 4] });
  });

  it('refuses a NATS_SERVER_BIN that is too old or something else, with a next step', async () => {
    await expect(natsBinary({ NATS_SERVER_BIN: program('old', '2.8.4') })).rejects.toThrow(
      /2\.9\.0 or newer[\s\S]*brew/,
    );
    await expect(natsBinary({ NATS_SERVER_BIN: '/bin/true' })).rejects.toThrow(/is no nats-server/);
  });

  it('passes over a server on PATH that is too old', async () => {
    const [old, good] = [program('old', '2.8.4'), program('good', '2.9.10')];
    expect((await natsBinary({ PATH: `${join(old, '..')}:${join(good, '..')}` })).path).toBe(good);
  });

  it('finds or fetches a real one, and the next time does not fetch', async () => {
    const PATH = join(home, 'empty');
    const first = await natsBinary({ PATH });
    symlinkSync(first.path, join(home, 'again'));
    expect(await natsBinary({ PATH })).toEqual(first);
    expect(first.version[0]).toBe(2);
  });
});
