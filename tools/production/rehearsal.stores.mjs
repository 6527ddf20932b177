// The stores of a rehearsal: embedded servers, but with the certificates, secrets and configuration a deployment uses.
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseUrl, natsBinary, postgresAdminUrl, preparePostgres } from '@homing/embedded-stores';
import { prepareDatabase } from '@homing/provisioning';

const secret = (parts, name) => readFileSync(join(parts.secrets, name), 'utf8');

/** Children of the rehearsal; ended in reverse order. */
export class Children {
  #running = [];

  start(name, command, args, options) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const record = { name, child, output: '', ended: undefined };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (record.output += text));
    record.exit = new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve((record.ended = { code, signal }))),
    );
    this.#running.push(record);
    return record;
  }

  async stopAll() {
    for (const { child, exit, ended, signal = 'SIGTERM' } of this.#running.toReversed()) {
      if (!ended) child.kill(signal);
      await exit;
    }
  }
}

export async function until(look, what, ms = 60_000) {
  for (const end = Date.now() + ms; ;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** PostgreSQL with TLS and deploy/postgres/pg_hba.conf: nobody comes in clear. */
export async function startPostgres(parts) {
  const dataDir = join(parts.directory, 'postgres', 'data');
  const port = parts.ports.postgres;
  const prepared = await preparePostgres({ dataDir, port });
  // The server runs as another user, who must find its way in.
  for (const each of [parts.directory, join(parts.directory, 'postgres')]) chmodSync(each, 0o711);
  const files = join(parts.directory, 'postgres', 'tls');
  mkdirSync(files);
  cpSync(join(parts.root, 'deploy', 'postgres', 'pg_hba.conf'), join(files, 'pg_hba.conf'));
  for (const name of ['postgres.key', 'postgres.crt']) cpSync(join(parts.secrets, name), join(files, name));
  chmodSync(join(files, 'postgres.key'), 0o600);
  for (const name of ['.', 'postgres.key', 'postgres.crt', 'pg_hba.conf'])
    if (prepared.uid) chownSync(join(files, name), prepared.uid, prepared.gid);
  const settings = { ssl: 'on', ssl_cert_file: `${files}/postgres.crt`, ssl_key_file: `${files}/postgres.key` };
  const tls = Object.entries({ ...settings, hba_file: `${files}/pg_hba.conf` }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const { command, args, stopSignal, ...options } = prepared;
  const server = parts.children.start('postgres', command, [...args, ...tls], options);
  server.signal = stopSignal;
  await until(
    () => server.output.includes('ready to accept connections'),
    () => `PostgreSQL: ${server.output}`,
  );
  return `${postgresAdminUrl(dataDir, port).replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert=${join(parts.secrets, 'ca.crt')}`;
}

/** nats-server with deploy/nats/nats.conf as it is; only its paths and port are of this machine. Parsed by `-t` first. */
export async function startNats(parts) {
  const directory = join(parts.directory, 'nats');
  mkdirSync(directory);
  const written = readFileSync(join(parts.root, 'deploy', 'nats', 'nats.conf'), 'utf8');
  const here = written
    .replaceAll('/etc/nats/', `${directory}/`)
    .replace('/data/jetstream', join(directory, 'jetstream'))
    .replace('0.0.0.0:4222', `127.0.0.1:${parts.ports.nats}`)
    .replace('http: "127.0.0.1:8222"', `http: "127.0.0.1:${parts.ports.natsHealth}"`);
  writeFileSync(join(directory, 'nats.conf'), here);
  cpSync(join(parts.secrets, 'nats-secrets.conf'), join(directory, 'secrets.conf'));
  cpSync(join(parts.secrets, 'nats.crt'), join(directory, 'server.crt'));
  cpSync(join(parts.secrets, 'nats.key'), join(directory, 'server.key'));
  const { path } = await natsBinary();
  const check = parts.children.start('nats-server -t', path, ['-t', '-c', join(directory, 'nats.conf')]);
  const { code } = await check.exit;
  if (code !== 0) throw new Error(`nats-server refuses deploy/nats/nats.conf: ${check.output}`);
  parts.children.start('nats', path, ['-c', join(directory, 'nats.conf')]);
  const healthy = () =>
    fetch(`http://127.0.0.1:${parts.ports.natsHealth}/healthz?js-server-only=true`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(healthy, 'nats-server');
}

/** The development server in EventStoreDB's place, over TLS and with a login: no node of the real one is here. */
export async function startEventStore(parts, adminUrl) {
  await prepareDatabase({ adminUrl, name: 'events', passwords: { events_owner: 'rehearsal' } });
  const login = { name: 'events_owner', password: 'rehearsal' };
  const env = {
    PATH: process.env.PATH,
    NODE_EXTRA_CA_CERTS: join(parts.secrets, 'ca.crt'),
    NODE_ENV: 'test',
    PORT: String(parts.ports.eventStore),
    EVENTS_DATABASE_URL: databaseUrl(adminUrl, 'events', login),
    EVENT_STORE_TLS_CERT_FILE: join(parts.secrets, 'event-store.crt'),
    EVENT_STORE_TLS_KEY_FILE: join(parts.secrets, 'event-store.key'),
    EVENT_STORE_USERS: `admin:${secret(parts, 'event-store-admin-password')}`,
  };
  const server = parts.children.start(
    'event-store',
    process.execPath,
    [join(parts.root, 'apps/event-store-dev/dist/main.js')],
    { env },
  );
  await until(() => server.output.includes('"ready"'), 'the event store');
}
