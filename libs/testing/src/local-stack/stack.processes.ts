import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, isAlive } from '@homing/embedded-stores';

/** One line of `services.json`. */
export interface StackService {
  readonly pid: number | null;
  readonly url: string;
  readonly restarts: number;
}

export type StackServices = Readonly<Record<string, StackService>>;

/** What the launcher's `services.json` says now. */
export const readStackServices = (home: string): StackServices =>
  JSON.parse(readFileSync(join(home, 'services.json'), 'utf8')) as StackServices;

/** Every process alive that carries this home in its environment, besides this one; Linux only, elsewhere empty. */
export function processesOfHome(home: string): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = (pid: number): boolean => pid !== process.pid && environmentOf(pid)?.['OUTREACH_HOME'] === home;
  return pids.filter((pid) => marked(pid) && isAlive(pid));
}
