import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** True when every folder down to `path` may be entered by any user. */
export function isWorldReachable(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

/**
 * A folder for things fetched or copied once and shared between clones: `$XDG_CACHE_HOME/homing`, `~/.cache/homing`,
 * `/var/cache/homing` (root) or one in the system's temporary folder; the first that is ours and writable.
 * `worldReachable`: every user must be able to read it (root starts servers as another user).
 */
export function cacheDirectory({ worldReachable = false } = {}): string {
  const { uid } = userInfo();
  const roots = [process.env['XDG_CACHE_HOME'], join(homedir(), '.cache'), ...(uid === 0 ? ['/var/cache'] : [])];
  const candidates = roots
    .filter((root) => root !== undefined && root !== '')
    .map((root) => join(root as string, 'homing'));
  for (const candidate of [...candidates, join(tmpdir(), `homing-cache-${uid}`)]) {
    try {
      mkdirSync(candidate, { recursive: true, mode: 0o755 });
      accessSync(candidate, constants.W_OK);
    } catch {
      continue;
    }
    // A folder someone else prepared could hold someone else's programs.
    if (statSync(candidate).uid === uid && (!worldReachable || isWorldReachable(candidate))) return candidate;
  }
  throw new Error('no cache folder can be written; set XDG_CACHE_HOME to a folder of yours');
}
