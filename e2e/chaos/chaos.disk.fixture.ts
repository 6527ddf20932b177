import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of a home that can be given a file system of their own, and the store that writes there. */
export const FOLDERS = { postgres: 'postgres', nats: 'nats', 'postgres-events': 'events' } as const;
export type FillableStore = keyof typeof FOLDERS;

/** What a full disk is called in a store's log. */
export const FULL = /no space left on device|file too large/gi;
const ROOMY = '8g';

const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });

/**
 * Disks that can be full. Where this process may mount, each store has a file system in memory of its own, and a full one is that file
 * system made as small as what lies in it: every write that needs room gets ENOSPC, and nothing is used up. Elsewhere the processes of
 * the store are forbidden to write beyond a few kilobytes of any file: EFBIG, which ends with the process.
 */
export class SmallDisks {
  readonly #mounted: string[] = [];
  /** False: writes fail with EFBIG instead of ENOSPC. */
  mounts = true;

  /** For `LocalStack.start`: before anything is written. */
  readonly prepare = (home: string): void => {
    for (const folder of Object.values(FOLDERS)) {
      const path = join(home, folder);
      mkdirSync(path, { recursive: true });
      try {
        run('mount', ['-t', 'tmpfs', '-o', `size=${ROOMY},mode=700`, 'homing-test', path]);
        this.#mounted.push(path);
      } catch {
        this.mounts = false;
      }
    }
  };

  /** From now on every write of this store that needs room fails. */
  fill(home: string, store: FillableStore, pid: number): void {
    if (!this.mounts) return this.#forbid(pid);
    const path = join(home, FOLDERS[store]);
    for (let tries = 1; ; tries += 1) {
      const { blocks, bfree, bsize } = statfsSync(path);
      try {
        return void run('mount', ['-o', `remount,size=${(blocks - bfree) * bsize}`, path]);
      } catch (error) {
        // It grew meanwhile.
        if (tries === 50) throw error;
      }
    }
  }

  /** Room again. */
  free(home: string, store: FillableStore): void {
    if (this.mounts) run('mount', ['-o', `remount,size=${ROOMY}`, join(home, FOLDERS[store])]);
  }

  unmount(): void {
    for (const path of this.#mounted.splice(0)) run('umount', [path]);
  }

  #forbid(pid: number): void {
    for (const each of [pid, ...childrenOf(pid)]) run('prlimit', ['--pid', String(each), '--fsize=8192:']);
  }
}

function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((each) => {
    try {
      return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1]) === pid;
    } catch {
      return false;
    }
  });
}
