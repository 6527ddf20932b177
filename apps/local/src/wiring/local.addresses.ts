import { join } from 'node:path';
import { databaseUrl, postgresAdminUrl } from '@homing/embedded-stores';
import { databases, type BusUser, type DatabaseName, type DatabaseRole } from '@homing/provisioning';
import type { HomeDirectory } from '../home/home.directory.js';
import type { LocalSecrets } from '../home/home.secrets.js';
import type { ServiceName } from './port.table.js';
import type { GivenStores } from './stores.given.js';

export interface LocalParts {
  home: HomeDirectory;
  ports: Record<ServiceName, number>;
  secrets: LocalSecrets;
  given: GivenStores;
}

/** Addresses and logins of one local stack. Those of stores hold passwords: hand each only to who needs it. */
export interface LocalAddresses {
  http(name: ServiceName): string;
  eventStore: string;
  bus(user: BusUser): string;
  database(role: DatabaseRole): string;
  /** The superuser of the server that holds this database; only after that server was started for the first time. */
  admin(name: DatabaseName): string;
}

export const dataDirectory = (folder: string): string => join(folder, 'data');

export function localAddresses({ home, ports, secrets, given }: LocalParts): LocalAddresses {
  const own = (name: DatabaseName) => (name === 'events' ? 'postgres-events' : 'postgres');
  const server = (name: DatabaseName) =>
    (name === 'events' ? undefined : given.databaseUrl) ?? `postgres://127.0.0.1:${ports[own(name)]}`;
  const databaseOf = (role: DatabaseRole) =>
    (Object.keys(databases) as DatabaseName[]).find((name) =>
      [databases[name].owner, ...databases[name].connect].some((each) => each === role),
    ) as DatabaseName;
  return {
    admin: (name) =>
      name !== 'events' && given.databaseUrl
        ? given.databaseUrl
        : postgresAdminUrl(dataDirectory(home[own(name) === 'postgres' ? 'postgres' : 'events']), ports[own(name)]),
    http: (name) => `http://127.0.0.1:${ports[name]}`,
    eventStore: given.eventStoreUrl ?? `esdb://127.0.0.1:${ports['event-store-dev']}?tls=false`,
    bus: (user) => given.natsUrl ?? `nats://${user}:${secrets.natsPasswords[user]}@127.0.0.1:${ports.nats}`,
    database: (role) =>
      databaseUrl(server(databaseOf(role)), databaseOf(role), {
        name: role,
        password: secrets.databasePasswords[role] ?? '',
      }),
  };
}
