import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from '@homing/embedded-stores';

/** Another launcher works in this home. */
export class HomeInUseError extends Error {
  constructor(
    home: string,
    readonly pid: number,
  ) {
    super(
      `a launcher already runs in ${home} (pid ${pid})\n  next: stop it (kill -INT ${pid}), or choose another OUTREACH_HOME and PORT_BASE for a second stack`,
    );
  }
}

interface Owner {
  pid: number;
  startedAt: string;
}

/** Clock ticks since boot at which a process began: tells a process from a later one with the same number. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined; // missing or half written by a launcher that died
  }
}

/** Who holds a home, or held it last; undefined when nobody does. */
export function lockOwner(file: string): { readonly pid: number; readonly alive: boolean } | undefined {
  const owner = readOwner(file);
  return owner && { pid: owner.pid, alive: holds(owner) };
}

const holds = ({ pid, startedAt }: Owner): boolean => isAlive(pid) && startOf(pid) === startedAt;

/**
 * Takes the home for this process; a lock of a dead launcher is broken. Returns the release.
 * @throws HomeInUseError naming the launcher that holds it.
 */
export function lockHome({ root, lock }: { root: string; lock: string }): () => void {
  const mine: Owner = { pid: process.pid, startedAt: startOf(process.pid) };
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      writeFileSync(lock, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return () => readOwner(lock)?.pid === process.pid && rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(lock);
    if (owner && holds(owner)) throw new HomeInUseError(root, owner.pid);
    breakLock(lock);
  }
  throw new Error(`${lock} cannot be taken; remove it if no launcher runs`);
}

/** Only one of several launchers succeeds in moving a dead lock away. */
function breakLock(lock: string): void {
  const aside = `${lock}.dead-${process.pid}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { force: true });
  } catch {
    // another one was faster
  }
}
