import { fileURLToPath } from 'node:url';
import { giveBackIdleMemory } from '@homing/service-kit/memory';
import { busUsers, databaseRoles } from '@homing/provisioning';
import { generateVaultKeys } from '@homing/vault';
import { clearLeftovers, launchStack } from '../stack/launch.stack.js';
import type { Launch } from '../stack/launch.stack.js';
import { passedOn } from '../wiring/passed-on.environment.js';
import { openLogBook } from '../stack/log.sink.js';
import { homeDirectory } from '../home/home.directory.js';
import { writeEnvironment } from '../home/home.environment.js';
import { lockHome } from '../home/home.lock.js';
import { loadSecrets } from '../home/home.secrets.js';
import { wipeStores } from '../home/fresh.wipe.js';
import { homeVariables } from '../wiring/home.variables.js';
import { localAddresses } from '../wiring/local.addresses.js';
import { localStack } from '../wiring/local.stack.js';
import { portBase, portsFrom } from '../wiring/port.table.js';
import { givenStores } from '../wiring/stores.given.js';
import { parseStartFlags } from './start.flags.js';

export interface StartContext {
  /** The folder that holds `apps/`. */
  workspace: string;
  environment: NodeJS.ProcessEnv;
  /** Default: this process's own. */
  signals?: Launch['signals'];
  /** Default: stdout. */
  write?: (text: string) => void;
}

/** `start [--fresh] [--no-demo]`: the whole system until a signal comes. Resolves with the exit code. */
export function start(args: string[]): Promise<number> {
  const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
  giveBackIdleMemory();
  return startIn({ workspace, environment: process.env }, args);
}

export async function startIn({ workspace, environment, ...io }: StartContext, args: string[]): Promise<number> {
  const flags = parseStartFlags(args);
  const base = portBase(environment['PORT_BASE']);
  const home = homeDirectory(workspace, environment['OUTREACH_HOME']);
  const unlock = lockHome(home);
  try {
    const logs = openLogBook({ directory: home.logs, ...(io.write ? { write: io.write } : {}) });
    await clearLeftovers(home, logs);
    const given = givenStores(home.env, environment);
    if (flags.fresh) for (const store of wipeStores(home, given)) logs.say(`wiped ${store}`);
    const names = { databaseRoles, natsUsers: Object.keys(busUsers) };
    const secrets = await loadSecrets(home.secrets, names, generateVaultKeys);
    const parts = { home, ports: portsFrom(base), secrets, given };
    const at = localAddresses(parts);
    logs.say(`starting in ${home.root}, ports from ${base}`);
    const announce = () => {
      writeEnvironment(home.env, homeVariables(at, secrets));
      return [`addresses and keys: ${home.env}`, `console: ${at.http('api')}/console/#key=${secrets.apiKey}`];
    };
    const nodes = localStack({ ...parts, workspace, inherited: passedOn(environment) });
    return await launchStack({
      home,
      logs,
      portBase: base,
      nodes,
      announce,
      readyLine: `ready ${at.http('api')}`,
      ...io,
    });
  } finally {
    unlock();
  }
}
