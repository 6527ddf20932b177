import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { visitHome } from '../home/home.visit.js';
import { localAddresses } from '../wiring/local.addresses.js';
import { passedOn } from '../wiring/passed-on.environment.js';
import { serviceTable } from '../wiring/service.table.js';

/**
 * `projector rebuild|republish ...`: runs a command of the projector's with the addresses and logins of this home. Resolves with its
 * exit code. Ctrl-C reaches it.
 */
export async function projectorCommand(args: string[]): Promise<number> {
  const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
  if (args.length === 0) {
    console.error('name a command: rebuild, republish; with --help it says what it takes');
    return 64;
  }
  const parts = visitHome(workspace, process.env);
  const at = localAddresses(parts);
  const row = serviceTable(at, parts.secrets).find(({ name }) => name === 'projector');
  const env = {
    ...{ ...passedOn(process.env), LOG_LEVEL: process.env['LOG_LEVEL'] || 'warn' },
    ...row?.env,
    READ_OWNER_DATABASE_URL: at.database('read_owner'),
    ...(process.env['REBUILD_SCHEMA'] ? { REBUILD_SCHEMA: process.env['REBUILD_SCHEMA'] } : {}),
  };
  const program = join(workspace, 'apps', 'projector', 'dist', 'main.js');
  return run([program, ...args], env);
}

function run(args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
  // It ends in order, and so do we.
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', forward).on('SIGINT', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', forward).off('SIGINT', forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
