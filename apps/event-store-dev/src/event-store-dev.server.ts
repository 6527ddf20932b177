import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type EventLog, openEventLog } from './log/event.log.js';
import { appendService } from './services/append.service.js';
import { batchAppendService } from './services/batch-append.service.js';
import { credentialsPolicy } from './services/credentials.policy.js';
import { deleteService, tombstoneService } from './services/delete.service.js';
import { featuresService, gossipService } from './services/node.service.js';
import { OpenCalls } from './services/open-calls.registry.js';
import { serialiseReadAnswer } from './wire/read-response.codec.js';
import { readService } from './services/read.service.js';
import type { ServiceContext } from './services/service.context.js';
import type { LogStorage } from './storage/log-storage.port.js';
import { MemoryStorage } from './storage/memory.storage.js';
import { PostgresStorage } from './storage/postgres.storage.js';

export interface EventStoreDevOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Postgres database of its own; absent: the log lives in memory and dies with the server. */
  readonly databaseUrl?: string;
  /** PEM certificate chain and key; absent: plain text. */
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer };
  /** Name and password of everyone who may call; empty or absent: everybody may. Needs TLS. */
  readonly users?: ReadonlyMap<string, string>;
  /** Instead of `databaseUrl`: a storage made by the caller. */
  readonly storage?: LogStorage;
  /** How long calls may take to end when the server stops, in ms (default 5 000). */
  readonly drainMs?: number;
}

/** Why a server is no longer there: it was asked to stop, or another instance took its log over. */
export type StopReason = 'stopped' | 'fenced';

export interface EventStoreDev {
  /** Connection string for the official client. */
  readonly url: string;
  readonly port: number;
  /** Resolves when the server has stopped, whoever stopped it. */
  readonly stopped: Promise<StopReason>;
  /** Answers what waits, ends all calls, lets the storage go. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a development server for the official EventStoreDB client.
 * @throws Error when the storage cannot be opened, the port cannot be bound, or users are given without TLS.
 */
export async function startEventStoreDev(options: EventStoreDevOptions = {}): Promise<EventStoreDev> {
  const { host = '127.0.0.1', users = new Map<string, string>(), tls } = options;
  if (users.size > 0 && !tls) throw new Error('users need TLS: the client sends no credentials over plain text');
  const { databaseUrl } = options;
  const storage =
    options.storage ?? (databaseUrl === undefined ? new MemoryStorage() : new PostgresStorage(databaseUrl));
  let over = (_reason: StopReason) => {};
  const stopped = new Promise<StopReason>((resolve) => (over = resolve));
  let stopWith = (_reason: StopReason) => {};
  let fenced = false;
  const onFenced = () => {
    fenced = true;
    stopWith('fenced');
  };
  const log = await openEventLog({ storage, onFenced });
  const calls = new OpenCalls();
  const server = new Server({
    'grpc.max_receive_message_length': 32 * 1024 * 1024,
    // Its books of every call and connection: nobody reads them here.
    'grpc.enable_channelz': 0,
  });
  let port = 0;
  addServices(server, { log, calls, authorise: credentialsPolicy(users) }, () => ({ host: reachable(host), port }));
  const stopOnce = once(async (reason: StopReason) => {
    await shutDown({ server, calls, log, reason, drainMs: options.drainMs ?? 5_000 });
    over(reason);
  });
  stopWith = (reason) => void stopOnce(reason);
  try {
    port = await bind(server, `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 0}`, tls);
  } catch (error) {
    await log.close('the server could not start');
    throw error;
  }
  // Taken over while it was still starting.
  if (fenced) stopWith('fenced');
  const url = `esdb://${reachable(host)}:${port}?tls=${tls ? 'true' : 'false'}`;
  return { url, port, stopped, stop: () => stopOnce('stopped') };
}

function addServices(server: Server, context: ServiceContext, address: () => { host: string; port: number }): void {
  const { StreamsService } = streamsGrpc;
  const streams = { ...StreamsService, read: { ...StreamsService.read, responseSerialize: serialiseReadAnswer } };
  server.addService(streams, {
    read: readService(context),
    append: appendService(context),
    batchAppend: batchAppendService(context),
    delete: deleteService(context),
    tombstone: tombstoneService(context),
  });
  server.addService(featuresGrpc.ServerFeaturesService, { getSupportedMethods: featuresService() });
  server.addService(gossipGrpc.GossipService, { read: gossipService(address) });
}

interface ShutDown {
  readonly server: Server;
  readonly calls: OpenCalls;
  readonly log: EventLog;
  readonly reason: StopReason;
  readonly drainMs: number;
}

async function shutDown({ server, calls, log, reason, drainMs }: ShutDown): Promise<void> {
  const message = reason === 'fenced' ? 'another event-store-dev took this log over' : 'the server is stopping';
  await log.writer.close(message);
  // Answers that were just given leave before their calls end.
  await new Promise<void>((resolve) => void setImmediate(resolve));
  calls.endAll(message);
  await new Promise<void>((resolve) => {
    const limit = setTimeout(() => server.forceShutdown(), drainMs);
    server.tryShutdown(() => {
      clearTimeout(limit);
      resolve();
    });
  });
  await log.close(message);
}

function bind(server: Server, address: string, tls: EventStoreDevOptions['tls']): Promise<number> {
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }])
    : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error ? reject(error) : resolve(port)));
  });
}

/** The address others can use: a server that listens everywhere is reached on this machine. */
const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);

function once<In>(work: (input: In) => Promise<void>): (input: In) => Promise<void> {
  let running: Promise<void> | undefined;
  return (input) => (running ??= work(input));
}
