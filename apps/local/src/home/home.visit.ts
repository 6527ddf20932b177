import { existsSync } from 'node:fs';
import type { LocalParts } from '../wiring/local.addresses.js';
import { portBase, portsFrom } from '../wiring/port.table.js';
import { givenStores } from '../wiring/stores.given.js';
import { homePaths, homeRoot } from './home.directory.js';
import { readEnvironment } from './home.environment.js';
import { keptSecrets } from './home.secrets.js';

/**
 * What an earlier start made of a home, for commands that work beside it; changes nothing. Ports are those of `PORT_BASE`, else of
 * the last start.
 * @throws Error with the next step when no stack was ever started there
 */
export function visitHome(workspace: string, environment: NodeJS.ProcessEnv): LocalParts {
  const home = homePaths(homeRoot(workspace, environment['OUTREACH_HOME']));
  const secrets = existsSync(home.secrets) ? keptSecrets(home.secrets) : undefined;
  if (!secrets) throw new Error(`no stack was started in ${home.root}\n  next: npm start`);
  const base = portBase(environment['PORT_BASE'] || lastPortBase(home.env));
  return { home, ports: portsFrom(base), secrets, given: givenStores(home.env, environment) };
}

/** The API stands at the base itself. */
export function lastPortBase(envFile: string): string | undefined {
  const url = readEnvironment(envFile)['API_URL'];
  return url && URL.canParse(url) ? new URL(url).port : undefined;
}
