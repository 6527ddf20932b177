import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { environmentOf, isAlive } from '@homing/embedded-stores';
import { writeAtomically } from './home.directory.js';

/** services.json: service -> this. `pid` is null while the service is not running. */
export interface ServiceRecord {
  pid: number | null;
  url: string;
  restarts: number;
}

export const writeServices = (file: string, services: Record<string, ServiceRecord>): void =>
  writeAtomically(file, `${JSON.stringify(services, undefined, 2)}\n`);

export function readServices(file: string): Record<string, ServiceRecord> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, ServiceRecord>;
  } catch {
    return {};
  }
}

/** What every process of a stack carries in its environment, so that a later launcher knows it as ours. */
export const stackMark = (home: string, service: string): Record<string, string> => ({
  OUTREACH_HOME: home,
  SERVICE_INSTANCE: `${service}-1`,
});

const isOurs = (pid: number, mark: Record<string, string>): boolean => {
  const environment = environmentOf(pid);
  return environment !== undefined && Object.entries(mark).every(([name, value]) => environment[name] === value);
};

/** Whether a process is this service of this home. */
export const isOfStack = (pid: number, home: string, service: string): boolean => isOurs(pid, stackMark(home, service));

/**
 * Ends what a killed launcher left behind, last started first. Only processes that carry this home and the service's
 * name in their environment are touched; a stranger who got the number is not. Returns the names of those ended.
 */
export async function endLeftovers(file: string, home: string, graceMs = 10_000): Promise<string[]> {
  const ended: string[] = [];
  for (const [name, { pid }] of Object.entries(readServices(file)).toReversed()) {
    if (pid === null || !isAlive(pid) || !isOurs(pid, stackMark(home, name))) continue;
    // SIGINT is a clean stop for all of ours; to Postgres, SIGTERM would mean "wait for every client".
    process.kill(pid, 'SIGINT');
    const deadline = performance.now() + graceMs;
    while (isAlive(pid) && performance.now() < deadline) await delay(20);
    if (isAlive(pid) && isOurs(pid, stackMark(home, name))) process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await delay(20);
    ended.push(name);
  }
  return ended;
}
