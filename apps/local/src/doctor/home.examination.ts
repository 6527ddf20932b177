import { existsSync, statSync } from 'node:fs';
import { isAlive } from '@homing/embedded-stores';
import { finding, type Examination, type Finding } from '@homing/doctor';
import type { HomeDirectory } from '../home/home.directory.js';
import { readEnvironment } from '../home/home.environment.js';
import { lockOwner } from '../home/home.lock.js';
import { keptSecrets } from '../home/home.secrets.js';
import { isOfStack, readServices } from '../home/services.record.js';
import { ageOf } from './process.age.js';

/** Is the home closed to others, are its secrets whole, and is nothing left of a launcher that died? */
export const examineHome = (home: HomeDirectory, age: (pid: number) => number | undefined = ageOf): Examination => ({
  subject: 'home',
  look: () => {
    if (!existsSync(home.root))
      return Promise.resolve({ findings: [], note: `${home.root} is not there yet: npm start` });
    const owner = lockOwner(home.lock);
    const findings = [
      ...rights(home),
      ...secrets(home),
      ...settings(home, owner?.alive ? age(owner.pid) : undefined),
      ...remains(home, owner),
    ];
    const who = owner?.alive ? `launcher ${owner.pid} runs` : 'stopped';
    return Promise.resolve({ findings, note: `${home.root}, ${who}` });
  },
});

function rights({ root, secrets, env }: HomeDirectory): Finding[] {
  const isOpen = (path: string): boolean => existsSync(path) && (statSync(path).mode & 0o077) !== 0;
  const mode = (path: string): string => `${path} has mode ${(statSync(path).mode & 0o777).toString(8)}`;
  return [
    ...(isOpen(root) ? [finding('HOME_OPEN', mode(root))] : []),
    ...[secrets, env].filter(isOpen).map((path) => finding('SECRETS_OPEN', mode(path))),
  ];
}

function secrets({ secrets: file, postgres, events }: HomeDirectory): Finding[] {
  const stores = [postgres, events].filter((path) => existsSync(path));
  if (!existsSync(file))
    return stores.length > 0 ? [finding('SECRETS_MISSING', `${file}, with ${stores.join(', ')}`)] : [];
  try {
    return keptSecrets(file) ? [] : [finding('SECRETS_DAMAGED', `${file} holds no keys`)];
  } catch {
    return [finding('SECRETS_DAMAGED', `${file} cannot be read`)];
  }
}

/** A launcher that has been running for so many seconds has written `env`. */
const WRITTEN_AFTER_S = 120;

function settings({ env }: HomeDirectory, launcherAge: number | undefined): Finding[] {
  if (launcherAge === undefined || launcherAge < WRITTEN_AFTER_S || readEnvironment(env)['API_URL']) return [];
  return [finding('ENV_MISSING', existsSync(env) ? `${env} names no API_URL` : `${env} is not there`)];
}

function remains(home: HomeDirectory, owner: ReturnType<typeof lockOwner>): Finding[] {
  if (owner?.alive) return [];
  const left = Object.entries(readServices(home.services)).filter(
    ([name, { pid }]) => pid !== null && isAlive(pid) && isOfStack(pid, home.root, name),
  );
  return [
    ...(owner ? [finding('LOCK_STALE', `process ${owner.pid} is gone`)] : []),
    ...(left.length > 0 ? [finding('LEFTOVERS', left.map(([name, { pid }]) => `${name} (${pid})`).join(', '))] : []),
  ];
}
