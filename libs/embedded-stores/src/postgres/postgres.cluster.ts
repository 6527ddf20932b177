import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isWorldReachable } from '../server/cache.directory.js';
import { commandLineOf, isAlive, workingDirectoryOf } from '../server/process.identity.js';
import { StoreError, StoreInUseError } from '../server/store.error.js';
import type { PostgresBinaries } from './postgres.binaries.js';

/** The superuser of every cluster made here. */
export const adminRole = 'homing_admin';

/** Postgres refuses to run as root; then it runs as nobody. Undefined: run as whoever we are. */
export const unprivileged = (): { uid: number; gid: number } | undefined =>
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/**
 * How the server is told its data folder. A user who may not enter the folders above cannot open it by path, but
 * a process that is started inside it can: /proc/self/cwd leads there without touching the parents.
 */
export function dataFolderArgument(dataDir: string): { cwd: string; argument: string } {
  const byPath = unprivileged() === undefined || isWorldReachable(dirname(dataDir));
  return { cwd: dataDir, argument: byPath ? dataDir : '/proc/self/cwd' };
}

/** The superuser's password lives beside the data folder, mode 0600, made once. */
export function adminPassword(dataDir: string): string {
  const file = join(dirname(dataDir), `${basename(dataDir)}.admin`);
  if (!existsSync(file)) {
    if (existsSync(join(dataDir, 'PG_VERSION')))
      throw new StoreError(
        `${file} is missing, the data in ${dataDir} cannot be opened`,
        'restore that file, or wipe both',
      );
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
}

/** Makes the data folder if there is none. All or nothing: a crash half-way leaves no folder that looks finished. */
export async function ensureCluster(
  binaries: PostgresBinaries,
  { dataDir, fsync }: { dataDir: string; fsync: boolean },
): Promise<void> {
  mkdirSync(dirname(dataDir), { recursive: true });
  const password = adminPassword(dataDir);
  const versionFile = join(dataDir, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const [have, need] = [readFileSync(versionFile, 'utf8').trim(), binaries.version.split('.')[0]];
    if (have === need) return;
    throw new StoreError(
      `${dataDir} was made by Postgres ${have}, this is ${need}`,
      'start with --fresh, or move the data by dump and restore',
    );
  }
  const half = `${resolve(dataDir)}.new`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o700 });
  const secrets = mkdtempSync(join(tmpdir(), 'homing-initdb-'));
  const passwordFile = join(secrets, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const owner = unprivileged();
  if (owner) for (const path of [half, secrets, passwordFile]) chownSync(path, owner.uid, owner.gid);
  try {
    await initdb(binaries.initdb, { half, passwordFile, fsync });
    chmodSync(half, 0o700);
    renameSync(half, dataDir);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
    rmSync(half, { recursive: true, force: true });
  }
}

function initdb(
  command: string,
  { half, passwordFile, fsync }: { half: string; passwordFile: string; fsync: boolean },
) {
  const { cwd, argument } = dataFolderArgument(half);
  // Byte order of UTF-8 for text, from the server itself: no dependence on the machine's locales.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${adminRole}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const args = [...locale, ...access, ...(fsync ? [] : ['--no-sync']), '-D', argument];
  return new Promise<void>((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...unprivileged(),
    });
    let words = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (words += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code) =>
      code === 0
        ? done()
        : fail(new StoreError(`initdb ended with ${code}:\n${words.slice(-2_000)}`, 'mend what it says')),
    );
  });
}

export const serverEnvironment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  LC_ALL: 'C',
  TZ: 'UTC',
});

/**
 * A postmaster.pid left by a killed server is removed, even if its number now belongs to somebody else.
 * @throws StoreInUseError when that server lives.
 */
export function clearStalePid(dataDir: string): void {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
  if (isAlive(pid)) {
    const where = workingDirectoryOf(pid);
    // Where the system does not tell, a living process of that number is taken for the server.
    const isServer = where === undefined || where === realpathSync(dataDir);
    if (isServer && (commandLineOf(pid)?.[0]?.includes('postgres') ?? true))
      throw new StoreInUseError('Postgres', dataDir, pid);
  }
  rmSync(file, { force: true });
}
