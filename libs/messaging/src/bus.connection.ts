import { jetstream, type JetStreamClient, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { bounded, type CheckResult, type Logger, retryWithBackoff, Secret, toSafeError } from '@homing/service-kit';
import {
  connect,
  deferred,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
  type Status,
} from '@nats-io/transport-node';
import { AckInbox } from './ack.inbox.js';
import { parseServers } from './bus.servers.js';
import { inboxPrefixOf, type Notice, ReplyInbox } from './reply.inbox.js';
import { observeBus } from './stream.metrics.js';
import { ensureStreams, fullDeadLetters, retireConsumers, type TopologyOptions } from './stream.topology.js';

export interface BusOptions {
  /** `nats://` or `tls://` URLs, comma-separated; may hold user and password (then pass a Secret). */
  readonly url: string | Secret;
  /** Shown in the server's connection list. */
  readonly name: string;
  readonly user?: string;
  readonly password?: Secret;
  readonly tls?: NodeConnectionOptions['tls'];
  /** When given, this process makes the streams and makes them again when they are gone. Publish-only services leave it out. */
  readonly topology?: TopologyOptions;
  readonly logger: Logger;
}

export interface BusApi {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly acks: AckInbox;
}

export interface ListenOptions {
  /** Of those who listen under the same name only one hears each. Default: everyone does. */
  readonly queue?: string;
}

const requestTimeoutMs = 3_000;
const retryEveryMs = { baseMs: 100, capMs: 5_000 };
/** How long a server may take to say that it has everything: a frozen one never does. */
const lastWordsMs = 2_000;
/** How often the streams are looked at although nothing told of their loss. */
const lookEveryMs = 60_000;

/**
 * One connection to the bus, kept for ever: it connects in the background and reconnects without limit. Nothing here throws
 * because the bus is down; `health` says so, and work that needs the bus waits or is refused by its own time-out.
 */
export class Bus {
  readonly #options: BusOptions;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(connection: NatsConnection) => void>();
  readonly #reconnected = new Set<() => void>();
  #api: BusApi | undefined;
  #waiting = deferred<BusApi>();
  #down = 'connecting';
  #topologyFault: string | undefined;
  #repairing: Promise<void> | undefined;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#topologyFault = options.topology ? 'streams not checked yet' : undefined;
    void this.#keepConnected();
    const unobserve = observeBus(this, options.topology !== undefined);
    this.closed.addEventListener('abort', unobserve);
    if (!options.topology) return;
    // Publishers may not make streams and cannot say that one is gone.
    const looking = setInterval(() => void (this.connected && this.repair().catch(() => {})), lookEveryMs);
    this.closed.addEventListener('abort', () => clearInterval(looking));
    looking.unref();
  }

  get logger(): Logger {
    return this.#options.logger;
  }

  /** Made for `Readiness.add('bus', bus.health)`. */
  readonly health = (): CheckResult => {
    const reason = this.#down || this.#topologyFault;
    return reason ? { status: 'down', reason } : { status: 'up' };
  };

  /** True while messages can be sent. */
  get connected(): boolean {
    return this.#api !== undefined && this.#down === '';
  }

  /** The connection, once there is one. It may be reconnecting at this moment. Rejects when the bus is closed. */
  api(): Promise<BusApi> {
    return this.#api ? Promise.resolve(this.#api) : this.#waiting;
  }

  /** Aborted when the bus is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Called after every reconnect. Returns the way to stop. */
  onReconnect(run: () => void): () => void {
    this.#reconnected.add(run);
    return () => void this.#reconnected.delete(run);
  }

  /** Makes missing streams again. Callers that come while it runs share one run. Without topology it does nothing. */
  repair(): Promise<void> {
    const { topology } = this.#options;
    if (!topology) return Promise.resolve();
    this.#repairing ??= this.#check(topology).finally(() => (this.#repairing = undefined));
    return this.#repairing;
  }

  /** Sends over core NATS, at most once. False when there is no connection; then nothing was sent. */
  notify(subject: string, data: Uint8Array | object = new Uint8Array()): boolean {
    if (!this.#api || !this.connected) return false;
    this.#api.connection.publish(subject, data instanceof Uint8Array ? data : JSON.stringify(data));
    return true;
  }

  /** Hears over core NATS, across reconnects. Errors of the handler are logged. Returns the way to stop. */
  listen(
    subject: string,
    handler: (notice: Notice) => void | Promise<void>,
    { queue }: ListenOptions = {},
  ): () => void {
    const failed = (error: unknown) => this.logger.warn({ err: error, subject }, 'listener failed');
    const hear = (message: Msg) => {
      void Promise.resolve({ subject: message.subject, data: message.data }).then(handler).catch(failed);
    };
    let stop = () => {};
    const subscribe = (connection: NatsConnection) => {
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => (error ? failed(error) : hear(message)),
        ...(queue === undefined ? {} : { queue }),
      });
      stop = () => subscription.unsubscribe();
    };
    this.#listeners.add(subscribe);
    if (this.#api) subscribe(this.#api.connection);
    return () => {
      this.#listeners.delete(subscribe);
      stop();
    };
  }

  /** A private address for answers: see `ReplyInbox`. One per process is enough. */
  inbox(): ReplyInbox {
    return new ReplyInbox((subject, handler) => this.listen(subject, handler), this.#inboxPrefix);
  }

  /** Everything written so far (acks included) has reached the server, or the connection is gone, or the server is silent for 2 s. */
  async flush(): Promise<void> {
    if (this.connected) await bounded(() => this.#api?.connection.flush(), lastWordsMs);
  }

  /** Sends what is buffered and closes for good. Waits for no server that is away, and at most 2 s for one that is silent. */
  async close(): Promise<void> {
    const reachable = this.connected;
    this.#closing.abort(new Error('the bus is closed'));
    this.#down = 'closed';
    const connection = this.#api?.connection;
    if (!connection || connection.isClosed()) return;
    const drained = reachable && (await bounded(() => connection.drain(), lastWordsMs)) === 'done';
    if (!drained) await bounded(() => connection.close(), lastWordsMs);
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#closing;
    this.#waiting.catch(() => {});
    signal.addEventListener('abort', () => this.#waiting.reject(signal.reason));
    while (!signal.aborted) {
      const onRetry = ({ error }: { error: unknown }) => this.#isDown(reasonOf(error));
      const connection = await retryWithBackoff(() => this.#connect(), { ...retryEveryMs, signal, onRetry }).catch(
        () => undefined,
      );
      if (!connection) return;
      if (signal.aborted) return connection.close();
      await this.#use(connection);
    }
  }

  /** Answers to one user must not be heard by another: rights are given on `_INBOX_<user>.>`. */
  get #inboxPrefix(): string {
    const { url, user } = this.#options;
    return inboxPrefixOf(user ?? parseServers(url instanceof Secret ? url.reveal() : url).user);
  }

  #connect(): Promise<NatsConnection> {
    const { url, name, user, password, tls } = this.#options;
    const { servers, ...fromUrl } = parseServers(url instanceof Secret ? url.reveal() : url);
    return connect({
      servers,
      name,
      ...fromUrl,
      ...(user ? { user } : {}),
      ...(password ? { pass: password.reveal() } : {}),
      ...(tls ? { tls } : {}),
      inboxPrefix: this.#inboxPrefix,
      timeout: requestTimeoutMs,
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: 200,
      reconnectJitter: 200,
      pingInterval: 10_000,
      maxPingOut: 2,
    });
  }

  /** Serves one connection to its end, which comes only when the bus is closed or the client gave up. */
  async #use(connection: NatsConnection): Promise<void> {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: requestTimeoutMs });
    const js = jetstream(connection, { timeout: requestTimeoutMs });
    this.#api = { connection, js, manager, acks: new AckInbox(connection, this.#inboxPrefix) };
    this.#down = '';
    this.#waiting.resolve(this.#api);
    for (const subscribe of this.#listeners) subscribe(connection);
    this.logger.info({ server: connection.getServer() }, 'bus connected');
    this.#keepTopology();
    for await (const status of connection.status()) this.#follow(status);
    this.#api = undefined;
    this.#waiting = deferred<BusApi>();
    this.#waiting.catch(() => {});
    if (!this.closed.aborted) this.#isDown('closed');
  }

  #follow(status: Status): void {
    if (status.type === 'disconnect') return this.#isDown('disconnected');
    if (status.type === 'error') return this.logger.warn({ err: status.error }, 'bus error');
    if (status.type !== 'reconnect') return;
    this.#down = '';
    this.logger.info('bus reconnected');
    this.#keepTopology();
    for (const run of this.#reconnected) run();
  }

  #isDown(reason: string): void {
    if (this.closed.aborted) return;
    if (this.#down !== reason) this.logger.warn({ reason }, 'bus is down');
    this.#down = reason;
  }

  #keepTopology(): void {
    const signal = this.closed;
    retryWithBackoff(() => this.repair(), { ...retryEveryMs, signal }).catch(() => {});
  }

  /** Whoever may make streams and yet not remove these consumers is told once in a while; nothing else stops for it. */
  async #retire(manager: JetStreamManager): Promise<void> {
    const fail = (error: unknown): string[] => {
      this.logger.warn({ err: error }, 'consumers of a former release cannot be removed');
      return [];
    };
    const gone = await retireConsumers(manager).catch(fail);
    if (gone.length > 0) this.logger.info({ consumers: gone }, 'consumers of a former release removed');
  }

  async #check(topology: TopologyOptions): Promise<void> {
    try {
      const { manager } = await this.api();
      const made = await ensureStreams(manager, topology);
      if (made.length > 0) this.logger.info({ streams: made }, 'streams made');
      this.#topologyFault = undefined;
      await this.#retire(manager);
      const full = await fullDeadLetters(manager);
      if (full) this.logger.warn(full, 'the dead letters are nearly full: new ones take the place of the oldest');
    } catch (error) {
      const reason = reasonOf(error);
      if (this.#topologyFault !== reason) this.logger.warn({ err: error }, 'streams cannot be checked');
      this.#topologyFault = reason;
      throw error;
    }
  }
}

const reasonOf = (error: unknown): string => {
  const { message, code, type } = toSafeError(error);
  return message ?? String(code ?? type);
};

/** Connects in the background: returns at once, whether the bus is up or not. */
export const connectBus = (options: BusOptions): Bus => new Bus(options);
