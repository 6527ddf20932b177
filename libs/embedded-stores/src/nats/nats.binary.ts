import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { cacheDirectory } from '../server/cache.directory.js';
import { StoreError } from '../server/store.error.js';
import { cachedNats, fetchDebianNats } from './nats.debian.js';
import { isAtLeast, natsVersion, oldestNats } from './nats.version.js';
import type { Version } from './nats.version.js';

export interface NatsBinary {
  path: string;
  version: Version;
}

type Environment = Record<string, string | undefined>;

const next = `install nats-server ${oldestNats.join('.')} or newer and run again: "brew install nats-server", your system's package, or
  "docker run -p 4222:4222 nats -js" with NATS_URL=nats://127.0.0.1:4222; NATS_SERVER_BIN may name the program`;

let fetching: Promise<string> | undefined;

/**
 * Finds a nats-server: NATS_SERVER_BIN, then PATH (2.9 or newer), then one fetched earlier, then Debian's package.
 * (A server given by NATS_URL needs no program: the caller asks that first.)
 * @throws StoreError naming everything that was tried.
 */
export async function natsBinary(env: Environment = process.env): Promise<NatsBinary> {
  const named = env['NATS_SERVER_BIN'];
  if (named) {
    const usable = check(named);
    if (usable) return usable;
    throw new StoreError(`NATS_SERVER_BIN=${named} is no nats-server of ${oldestNats.join('.')} or newer`, next);
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const found = folders.map((folder) => join(folder, 'nats-server')).filter((path) => existsSync(path));
  for (const path of [...found, cachedNats(cacheDirectory())]) {
    const usable = existsSync(path) ? check(path) : undefined;
    if (usable) return usable;
  }
  try {
    fetching ??= fetchDebianNats(cacheDirectory());
    const fetched = check(await fetching);
    if (fetched) return fetched;
    throw new Error('the fetched program does not run here');
  } catch (error) {
    fetching = undefined;
    const old = found.length > 0 ? `${found.join(', ')} is too old; ` : 'none on PATH; ';
    throw new StoreError(`no nats-server: ${old}fetching one failed: ${(error as Error).message}`, next);
  }
}

function check(path: string): NatsBinary | undefined {
  const version = natsVersion(path);
  return version && isAtLeast(version, oldestNats) ? { path, version } : undefined;
}
