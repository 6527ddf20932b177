import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStack } from '@homing/testing/local-stack';
import { adminUrl, withClient, type ServerName } from '../stack/store.access.js';
import { machineTime, type MachineTime } from './machine.watch.js';
import { cpuMsOf, pssOf, treeOf } from './process.usage.js';

/** Service -> its process and all that descend from it. The launcher is one of them. */
export function processesOf(stack: LocalStack): Map<string, number[]> {
  const running = Object.entries(stack.services()).flatMap(([name, { pid }]) =>
    pid === null ? [] : [[name, treeOf(pid)] as const],
  );
  return new Map([['launcher', [stack.launcher.pid]], ...running]);
}

/** Services that are not Node processes. */
export const STORES = new Set(['postgres', 'postgres-events', 'nats']);

export function memoryOf(stack: LocalStack): Record<string, number> {
  const bytes = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + pssOf(pid), 0);
  return Object.fromEntries([...processesOf(stack)].map(([name, pids]) => [name, bytes(pids)]));
}

/** What the whole stack had used at one moment. Take two of them drained: what happened between is theirs. */
export interface StackUsage {
  readonly at: number;
  readonly machine: MachineTime;
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
}

export async function usageOfStack(stack: LocalStack): Promise<StackUsage> {
  const spent = [...processesOf(stack)].map(([name, pids]) => [name, pids.reduce((ms, pid) => ms + cpuMsOf(pid), 0)]);
  return {
    at: performance.now(),
    machine: machineTime(),
    cpuMs: Object.fromEntries(spent) as Record<string, number>,
    bytes: { ...(await databaseBytes(stack)), 'jetstream store': sizeOf(join(stack.home, 'nats', 'store')) },
  };
}

const servers: readonly ServerName[] = ['postgres', 'postgres-events'];

async function databaseBytes(stack: LocalStack): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const server of servers) {
    const sizes = await withClient(adminUrl(stack, server), async (client) => {
      const wal = await client.query<{ bytes: string }>(`select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`);
      const databases = await client.query<{ name: string; bytes: string }>(
        `select datname as name, pg_database_size(oid) as bytes from pg_database where datname in ('events', 'vault', 'read')`,
      );
      return [['WAL', wal.rows[0]?.bytes] as const, ...databases.rows.map(({ name, bytes }) => [name, bytes] as const)];
    });
    for (const [name, bytes] of sizes) found[name === 'WAL' ? `WAL of ${server}` : `database ${name}`] = Number(bytes);
  }
  return found;
}

/** Bytes of all files below. */
function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => {
    const { size } = statSync(join(parentPath, name), { throwIfNoEntry: false }) ?? { size: 0 };
    return sum + size;
  }, 0);
}
