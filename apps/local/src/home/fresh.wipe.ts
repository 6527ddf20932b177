import { rmSync } from 'node:fs';
import type { HomeDirectory } from './home.directory.js';
import type { GivenStores } from '../wiring/stores.given.js';

/**
 * Removes everything the launcher ever stored in this home, logs excepted; answers what it removed, for people.
 * @throws Error when stores of the user's own are in use: those are never wiped, and ours alone would not fit them.
 */
export function wipeStores(home: HomeDirectory, given: GivenStores): string[] {
  const own = Object.entries({
    DATABASE_URL: given.databaseUrl,
    NATS_URL: given.natsUrl,
    EVENTSTORE_URL: given.eventStoreUrl,
  })
    .filter(([, url]) => url !== undefined)
    .map(([name]) => name);
  if (own.length > 0)
    throw new Error(
      `--fresh wipes only stores this launcher started; ${own.join(', ')} names a server of yours\n  next: empty it yourself, or unset ${own.join(', ')}`,
    );
  const stores: [string, string][] = [
    ['events (the event store)', home.events],
    ['vault and read (Postgres)', home.postgres],
    ['bus (JetStream)', home.nats],
    ['simulator (its ledger)', home.simulator],
    ['secrets and keys', home.secrets],
  ];
  for (const [, path] of stores) rmSync(path, { recursive: true, force: true });
  rmSync(home.env, { force: true });
  return stores.map(([name, path]) => `${name}: ${path}`);
}
