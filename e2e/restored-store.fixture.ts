import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@homing/embedded-stores';
import { type LocalStack, until } from '@homing/testing/local-stack';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const stores = ['event-store-dev', 'postgres-events'] as const;

/** Where the event store keeps its log. */
const data = (stack: LocalStack): string => join(stack.home, 'events', 'data');
const backup = (stack: LocalStack): string => join(stack.home, 'events-backup');

/** Copies the event store as it stands, cleanly stopped for the moment. */
export async function takeBackup(stack: LocalStack): Promise<void> {
  await whileStoreIsDown(stack, () => copy(data(stack), backup(stack)));
}

/** Puts the backup in the place of the event store: what was recorded since is lost. */
export async function restoreBackup(stack: LocalStack): Promise<void> {
  await whileStoreIsDown(stack, () => {
    rmSync(data(stack), { recursive: true });
    renameSync(backup(stack), data(stack));
  });
}

/** With owners and rights: the server runs as a user of its own. */
function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cp: ${stderr}`);
}

/** The launcher is held still meanwhile, so that nothing is started again before the work is done. */
async function whileStoreIsDown(stack: LocalStack, work: () => void): Promise<void> {
  const before = stack.services();
  process.kill(stack.launcher.pid, 'SIGSTOP');
  try {
    for (const service of stores) {
      const pid = stack.pid(service);
      // To Postgres: end every connection, write everything, stop.
      process.kill(pid, 'SIGINT');
      await until(() => !isAlive(pid), `${service} to be stopped`);
    }
    work();
  } finally {
    process.kill(stack.launcher.pid, 'SIGCONT');
  }
  for (const service of stores) await stack.recovered(service, (before[service]?.restarts ?? 0) + 1);
}

/** Runs a command of the projector's with the addresses of the stack's home. */
export async function projectorCommand(
  stack: LocalStack,
  ...args: readonly string[]
): Promise<{ code: number | null; output: string }> {
  const { PATH = '' } = process.env;
  const env = { PATH, OUTREACH_HOME: stack.home, NODE_ENV: 'test' };
  const command = ['apps/local/dist/main.js', 'projector', ...args];
  const child = spawn(process.execPath, command, { cwd: workspace, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** Why a service says that it is not ready; undefined while it is, or does not answer. */
export async function reasonOf(stack: LocalStack, port: number, check: string): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${stack.portBase + port}/health/ready`).catch(() => undefined);
  if (!answer) return undefined;
  const { checks } = (await answer.json()) as { checks: Record<string, { reason?: string }> };
  return checks[check]?.reason;
}
