import { fileURLToPath } from 'node:url';
import { generateVaultKeys } from '@homing/vault';
import { clearLeftovers, launchStack } from '../stack/launch.stack.js';
import { openLogBook } from '../stack/log.sink.js';
import { homeDirectory } from '../home/home.directory.js';
import { writeEnvironment } from '../home/home.environment.js';
import { lockHome } from '../home/home.lock.js';
import { loadSecrets } from '../home/home.secrets.js';
import { wipeStores } from '../home/fresh.wipe.js';
import { busUsers } from '../wiring/bus.users.js';
import { databaseRoles } from '../wiring/database.roles.js';
import { homeVariables } from '../wiring/home.variables.js';
import { localAddresses } from '../wiring/local.addresses.js';
import { localStack } from '../wiring/local.stack.js';
import { portBase, portsFrom } from '../wiring/port.table.js';
import { givenStores } from '../wiring/stores.given.js';
import { parseStartFlags } from './start.flags.js';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));

/** `start [--fresh] [--no-demo]`: the whole system until a signal comes. Resolves with the exit code. */
export async function start(args: string[]): Promise<number> {
  const flags = parseStartFlags(args);
  const home = homeDirectory(workspace);
  const base = portBase();
  const unlock = lockHome(home);
  try {
    const logs = openLogBook({ directory: home.logs });
    await clearLeftovers(home, logs);
    const given = givenStores(home.env);
    if (flags.fresh) for (const store of wipeStores(home, given)) logs.say(`wiped ${store}`);
    const names = { databaseRoles, natsUsers: Object.keys(busUsers) };
    const secrets = await loadSecrets(home.secrets, names, generateVaultKeys);
    const parts = { home, ports: portsFrom(base), secrets, given, workspace };
    const at = localAddresses(parts);
    logs.say(`starting in ${home.root}, ports from ${base}`);
    return await launchStack({
      home,
      logs,
      portBase: base,
      nodes: localStack(parts),
      announce() {
        writeEnvironment(home.env, homeVariables(at, secrets));
        return [`addresses and keys: ${home.env}`, `console: ${at.http('api')}/`];
      },
      readyLine: `ready ${at.http('api')}`,
    });
  } finally {
    unlock();
  }
}
