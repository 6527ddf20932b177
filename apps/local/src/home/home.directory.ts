import { chmodSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where everything of one local stack lives. */
export interface HomeDirectory {
  root: string;
  logs: string;
  /** The databases `vault` and `read`. */
  postgres: string;
  /** The database `events`: a server and data folder of its own. */
  events: string;
  nats: string;
  simulator: string;
  secrets: string;
  env: string;
  services: string;
  lock: string;
}

/** Where everything of a home lies, whether it is there or not. */
export const homePaths = (root: string): HomeDirectory => ({
  root,
  logs: join(root, 'logs'),
  postgres: join(root, 'postgres'),
  events: join(root, 'events'),
  nats: join(root, 'nats'),
  simulator: join(root, 'simulator'),
  secrets: join(root, 'secrets.json'),
  env: join(root, 'env'),
  services: join(root, 'services.json'),
  lock: join(root, 'launcher.lock'),
});

/** `OUTREACH_HOME`, default `.local` below the given folder. */
export const homeRoot = (workspace: string, outreachHome: string | undefined): string =>
  resolve(workspace, outreachHome || '.local');

/**
 * The home, made if missing, for its owner only. One that is there is closed to others.
 * @throws Error when it is not ours to close, or shared by its nature (`/tmp`).
 */
export function homeDirectory(workspace: string, outreachHome: string | undefined): HomeDirectory {
  const root = homeRoot(workspace, outreachHome);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  closeToOthers(root);
  return homePaths(root);
}

function closeToOthers(root: string): void {
  const { mode } = statSync(root);
  if ((mode & 0o077) === 0) return;
  const next = 'choose a folder of your own for OUTREACH_HOME';
  if ((mode & 0o1000) !== 0) throw new Error(`${root} is shared with others\n  next: ${next}`);
  try {
    chmodSync(root, 0o700);
  } catch (error) {
    throw new Error(`${root} is open to others and cannot be closed\n  next: ${next}`, { cause: error });
  }
}

/** Replaces the file in one step, mode 0600: a reader sees the old or the new content, never half of it. */
export function writeAtomically(path: string, content: string): void {
  const half = `${path}.${process.pid}.new`;
  writeFileSync(half, content, { mode: 0o600 });
  renameSync(half, path);
}
