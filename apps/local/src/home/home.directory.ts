import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
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

/** `OUTREACH_HOME`, default `.local` below the given folder; made if missing, for its owner only. */
export function homeDirectory(workspace: string, outreachHome: string | undefined): HomeDirectory {
  const root = resolve(workspace, outreachHome || '.local');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return {
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
  };
}

/** Replaces the file in one step, mode 0600: a reader sees the old or the new content, never half of it. */
export function writeAtomically(path: string, content: string): void {
  const half = `${path}.${process.pid}.new`;
  writeFileSync(half, content, { mode: 0o600 });
  renameSync(half, path);
}
