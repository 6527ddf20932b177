import { join } from 'node:path';
import { natsGreets, postgresAdminUrl, postgresAnswers, prepareNats, preparePostgres } from '@homing/embedded-stores';
import { natsUsers, prepareDatabase } from '@homing/provisioning';
import { LIVE_SCHEMA, migrateReadModel } from '@homing/read-model';
import { migrateVault } from '@homing/vault';
import { stackMark } from '../home/services.record.js';
import { seedSandbox } from '../seed/sandbox.seed.js';
import { accepts, answersOk } from '../stack/readiness.probe.js';
import type { ServiceNode, StackNode } from '../stack/stack.nodes.js';
import { dataDirectory, localAddresses } from './local.addresses.js';
import type { LocalParts } from './local.addresses.js';
import { serviceTable } from './service.table.js';
import type { ServiceRow } from './service.table.js';

export interface StackParts extends LocalParts {
  workspace: string;
  /** What services inherit from whoever started the launcher. */
  inherited: Record<string, string>;
}

/** Everything the local stack starts, in no particular order: `after` decides. */
export function localStack(parts: StackParts): StackNode[] {
  const { secrets, given, workspace } = parts;
  const at = localAddresses(parts);
  const stores: StackNode[] = [
    ...(given.eventStoreUrl ? [] : [postgresNode(parts, 'postgres-events')]),
    ...(given.databaseUrl ? [] : [postgresNode(parts, 'postgres')]),
    ...(given.natsUrl ? [] : [natsNode(parts)]),
  ];
  const passwords = secrets.databasePasswords;
  const tasks: StackNode[] = [
    {
      kind: 'task',
      name: 'database events',
      after: ['postgres-events'],
      run: () => prepareDatabase({ adminUrl: at.admin('events'), name: 'events', passwords }),
    },
    {
      kind: 'task',
      name: 'database vault',
      after: ['postgres'],
      run: () => prepareDatabase({ adminUrl: at.admin('vault'), name: 'vault', passwords }),
    },
    {
      kind: 'task',
      name: 'database read',
      after: ['postgres'],
      run: () => prepareDatabase({ adminUrl: at.admin('read'), name: 'read', passwords, searchPath: LIVE_SCHEMA }),
    },
    {
      kind: 'task',
      name: 'schema vault',
      after: ['database vault'],
      run: async () => void (await migrateVault(at.database('vault_owner'))),
    },
    {
      kind: 'task',
      name: 'schema read',
      after: ['database read'],
      run: async () => void (await migrateReadModel(at.database('read_owner'))),
    },
    {
      kind: 'task',
      name: 'sandbox',
      after: ['schema vault'],
      run: () =>
        seedSandbox({
          ownerUrl: at.database('vault_owner'),
          secretsFile: parts.home.secrets,
          secrets,
          templates: join(workspace, 'templates'),
        }),
    },
  ];
  const services = serviceTable(at, secrets, parts.inherited).map((row) => nodeService(row, parts));
  return withoutGiven([...stores, ...tasks, ...services], parts);
}

/** Stores say much that only their log file needs. */
const faults = /^(?!.*is starting up).*\b(ERROR|FATAL|PANIC|ERR|FTL)\b/;

/** What a given server replaces is not there to be waited for. */
function withoutGiven(nodes: StackNode[], { given }: LocalParts): StackNode[] {
  const replaced = given.eventStoreUrl ? ['event-store-dev', 'database events', 'postgres-events'] : [];
  if (given.databaseUrl) replaced.push('postgres');
  if (given.natsUrl) replaced.push('nats');
  return nodes
    .filter((node) => !replaced.includes(node.name))
    .map((node) => ({ ...node, after: node.after.filter((name) => !replaced.includes(name)) }));
}

function postgresNode({ home, ports }: LocalParts, name: 'postgres' | 'postgres-events'): ServiceNode {
  const folder = name === 'postgres' ? home.postgres : home.events;
  const port = ports[name];
  return {
    kind: 'service',
    name,
    port,
    url: `postgres://127.0.0.1:${port}`,
    after: [],
    shown: faults,
    async command() {
      const command = await preparePostgres({ dataDir: dataDirectory(folder), port });
      return { ...command, env: { ...command.env, ...stackMark(home.root, name) } };
    },
    ready: () => postgresAnswers(postgresAdminUrl(dataDirectory(folder), port)),
  };
}

function natsNode({ home, ports, secrets }: LocalParts): ServiceNode {
  const port = ports.nats;
  return {
    kind: 'service',
    name: 'nats',
    port,
    url: `nats://127.0.0.1:${port}`,
    after: [],
    shown: faults,
    async command() {
      const users = natsUsers(secrets.natsPasswords);
      const command = await prepareNats({ dir: home.nats, port, encryptionKey: secrets.jetstreamKey, users });
      return { ...command, env: { ...command.env, ...stackMark(home.root, 'nats') } };
    },
    ready: () => natsGreets(port),
  };
}

function nodeService(row: ServiceRow, { home, ports, workspace, inherited }: StackParts): ServiceNode {
  const { name, after, ready = 'http' } = row;
  const port = ports[name];
  const url = name === 'event-store-dev' ? `esdb://127.0.0.1:${port}?tls=false` : `http://127.0.0.1:${port}`;
  const main = join(workspace, 'apps', name, 'dist', 'main.js');
  const env = { ...inherited, ...stackMark(home.root, name), HOST: '127.0.0.1', PORT: String(port), ...row.env };
  return {
    kind: 'service',
    name,
    port,
    url,
    after,
    program: main,
    command: async () => ({ command: process.execPath, args: [main], env, cwd: workspace, stopSignal: 'SIGTERM' }),
    ready: () => (ready === 'http' ? answersOk(`http://127.0.0.1:${port}/health/ready`) : accepts(port)),
  };
}
