import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import type { NatsUser } from '@homing/provisioning';
import { commandLineOf, isAlive } from '../server/process.identity.js';
import { isPortTaken } from '../server/loopback.port.js';
import { spawnServer, whenReady } from '../server/server.process.js';
import type { ServerCommand } from '../server/server.process.js';
import { StoreError, StoreInUseError } from '../server/store.error.js';
import { natsBinary } from './nats.binary.js';
import { encryptionKeyVariable, natsConfiguration } from './nats.config.js';
import { isAtLeast, syncAlwaysSince } from './nats.version.js';

export interface NatsOptions {
  /** Holds configuration (0600), pid file and the JetStream store; made if missing. */
  dir: string;
  /** Default 0: the server takes any free one. */
  port?: number;
  /** Encrypts everything JetStream keeps (AES). The same data needs the same key at every start. */
  encryptionKey: string;
  /** Without users anyone on this machine may connect. */
  users?: NatsUser[];
  /** Default true: an acknowledged message is on the disk itself. Ignored by servers before 2.10. */
  syncAlways?: boolean;
  /** HTTP monitoring on loopback; default none. */
  monitorPort?: number;
  /** Default `<dir>/nats.log`. */
  logFile?: string;
  /** Default: see natsBinary. */
  binary?: string;
}

export interface RunningNats {
  port: number;
  /** Without credentials: pass a user's name and password to the client. */
  url: string;
  pid: number;
  version: string;
  /** False: acknowledged messages survive a kill, not a loss of power. */
  syncAlways: boolean;
  stop(): Promise<void>;
}

/** Writes the configuration and finds the program. @throws StoreInUseError when a server lives on `dir`. */
export async function prepareNats(
  options: NatsOptions,
): Promise<ServerCommand & { version: string; syncAlways: boolean }> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  clearStalePid(dir);
  const { path, version } = await natsBinary(options.binary ? { NATS_SERVER_BIN: options.binary } : process.env);
  const syncAlways = (options.syncAlways ?? true) && isAtLeast(version, syncAlwaysSince);
  const settings = { dir, port: options.port ?? 0, users: options.users ?? [], syncAlways };
  const monitoring = options.monitorPort === undefined ? {} : { monitorPort: options.monitorPort };
  const file = join(dir, 'nats.conf');
  rmSync(file, { force: true });
  writeFileSync(file, natsConfiguration({ ...settings, ...monitoring }), { mode: 0o600 });
  // The server parses the variable as a configuration value: quoted, it stays text whatever it looks like.
  const env = { PATH: process.env['PATH'] ?? '', [encryptionKeyVariable]: JSON.stringify(options.encryptionKey) };
  return {
    command: path,
    args: ['--config', file],
    env,
    stopSignal: 'SIGTERM',
    version: version.join('.'),
    syncAlways,
  };
}

function clearStalePid(dir: string): void {
  const file = join(dir, 'nats.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (isAlive(pid) && (commandLineOf(pid)?.includes(join(dir, 'nats.conf')) ?? true))
    throw new StoreInUseError('nats-server', dir, pid);
  for (const left of [file, ...portsFiles(dir)]) rmSync(left, { force: true });
}

/** Named after the program, whatever its file is called, and its pid. */
const portsFiles = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.ports'))
    .map((name) => join(dir, name));

/** The port a server on this folder listens on, once it has told. */
function announcedPort(dir: string, pid: number): number | undefined {
  try {
    const file = portsFiles(dir).find((name) => name.endsWith(`_${pid}.ports`)) ?? '';
    const { nats } = JSON.parse(readFileSync(file, 'utf8')) as { nats: string[] };
    return Number(new URL(nats[0] ?? '').port);
  } catch {
    return undefined; // not there or half written
  }
}

/** True when a nats-server greets on that port. */
export function natsGreets(port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: timeoutMs });
    const end = (answer: boolean) => (socket.destroy(), done(answer));
    socket.once('data', (greeting: Buffer) => end(greeting.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => end(false));
    socket.once('close', () => done(false));
    socket.once('timeout', () => end(false));
  });
}

/** Starts a nats-server with encrypted JetStream on loopback; resolves when it greets. From an image where `HOMING_NATS_IMAGE` names one. */
export async function startNats(options: NatsOptions): Promise<RunningNats> {
  const image = process.env['HOMING_NATS_IMAGE'];
  if (image) return (await import('./nats.container.js')).startNatsContainer(image, options);
  const dir = resolve(options.dir);
  if (options.port && (await isPortTaken(options.port)))
    throw new StoreError(
      `port ${options.port} is taken, nats-server cannot listen there`,
      'free that port or choose another',
    );
  const command = await prepareNats(options);
  const server = await spawnServer(command, options.logFile ?? join(dir, 'nats.log'));
  const ready = async () => {
    const port = announcedPort(dir, server.pid);
    return port !== undefined && (await natsGreets(port)) ? port : undefined;
  };
  const port = await whenReady(server, ready, { name: 'nats-server' });
  const { version, syncAlways } = command;
  return { port, url: `nats://127.0.0.1:${port}`, pid: server.pid, version, syncAlways, stop: () => server.stop() };
}
