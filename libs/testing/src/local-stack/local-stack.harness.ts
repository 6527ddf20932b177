import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdDeriver } from '@homing/contracts';
import { environmentOf, isAlive } from '@homing/embedded-stores';
import { until } from '../condition.wait.js';
import { ApiClient } from './api.client.js';
import { BusClient } from './bus.client.js';
import { startLauncher, type Launcher } from './launcher.process.js';
import { freePortBase } from './port-range.js';
import { processesOfHome, readStackServices, type StackServices } from './stack.processes.js';

/** One message a provider accepted; the ledger alone says what was sent. */
export interface LedgerLine {
  readonly n: number;
  readonly to: string;
  readonly deliveryId: string;
  readonly attempt: number;
  readonly [other: string]: unknown;
}

export interface LocalStackOptions {
  /** Reaches the launcher, and what it passes on reaches the services. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags of `start`. */
  readonly args?: readonly string[];
  /** Called with the empty home before anything is started in it. */
  readonly prepareHome?: (home: string) => void;
}

const servicesPort = { api: 0, 'webhook-ingestion': 1, 'provider-simulator': 2 } as const;
/** What a launcher of a test needs of its surroundings; nothing else of them reaches the stack. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NATS_SERVER_BIN', 'HOMING_NATS_SERVER_BIN', 'XDG_CACHE_HOME'];

/**
 * The whole system as a user starts it: the shipped launcher as a process, in a home of its own on free ports, driven over
 * TCP. Call `stop` in any case; it proves that no process is left and removes the home.
 */
export class LocalStack {
  readonly #pids = new Set<number>();
  readonly #clients: BusClient[] = [];
  readonly #watch: NodeJS.Timeout;
  #halting: Promise<void> | undefined;

  private constructor(
    readonly home: string,
    readonly portBase: number,
    readonly launcher: Launcher,
  ) {
    this.services();
    // Remembers whoever ever lived, restarts included.
    this.#watch = setInterval(() => this.services(), 50).unref();
  }

  static async start({ environment = {}, args = [], prepareHome }: LocalStackOptions = {}): Promise<LocalStack> {
    const home = mkdtempSync(join(tmpdir(), 'homing-e2e-'));
    prepareHome?.(home);
    const own = Object.fromEntries(inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
    for (let tries = 1; ; tries++) {
      const portBase = await freePortBase();
      const settings = { NODE_ENV: 'test', OUTREACH_HOME: home, PORT_BASE: String(portBase), ...environment };
      try {
        return new LocalStack(home, portBase, await startLauncher({ ...own, ...settings }, args));
      } catch (error) {
        if (tries < 3 && /port/i.test((error as Error).message) && /taken|in use/i.test((error as Error).message))
          continue;
        rmSync(home, { recursive: true, force: true });
        throw error;
      }
    }
  }

  /** `$OUTREACH_HOME/env`. */
  get env(): Readonly<Record<string, string>> {
    const lines = readFileSync(join(this.home, 'env'), 'utf8').split('\n').filter(Boolean);
    return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
  }

  get tenantId(): string {
    return this.env['TENANT_ID'] ?? '';
  }

  get api(): ApiClient {
    return new ApiClient(this.env['API_URL'] ?? '', this.env['API_KEY'] ?? '');
  }

  /** Another connection to the bus; closed by `stop`. */
  async bus(user: 'publisher' | 'orchestrator' | 'scheduler' = 'publisher'): Promise<BusClient> {
    const url = new URL(this.env['NATS_URL'] ?? '');
    url.username = user;
    url.password = (this.#secrets()['natsPasswords'] as Record<string, string>)[user] ?? '';
    const client = await BusClient.connect(url.href);
    this.#clients.push(client);
    return client;
  }

  /** What a request of the bus becomes: source of the CloudEvent (of a bare body `bus`) and its id, or the request id within. */
  outreachId(source: string, requestId: string): string {
    return createIdDeriver(String(this.#secrets()['idNamespace'])).outreachId(
      this.tenantId,
      `bus:${source}`,
      requestId,
    );
  }

  services(): StackServices {
    const services = readStackServices(this.home);
    for (const { pid } of Object.values(services)) if (pid !== null) this.#pids.add(pid);
    return services;
  }

  pid(service: string): number {
    const pid = this.services()[service]?.pid;
    if (!pid) throw new Error(`${service} is not running`);
    return pid;
  }

  /** The environment a service runs with. */
  environmentOf(service: string): Record<string, string> {
    const environment = environmentOf(this.pid(service));
    if (!environment) throw new Error(`the environment of ${service} cannot be read`);
    return environment;
  }

  /** Kills a service with SIGKILL and resolves when that process is gone. */
  async kill(service: string): Promise<void> {
    const pid = this.pid(service);
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), `${service} to be gone`);
  }

  /** Resolves when a service was started again and answers. */
  async recovered(service: string, restarts: number): Promise<void> {
    const again = (): boolean => {
      const record = this.services()[service];
      return record?.pid !== null && (record?.restarts ?? 0) >= restarts;
    };
    await until(again, `${service} to be started again`);
  }

  async ready(service: keyof typeof servicesPort | number): Promise<number> {
    const port = this.portBase + (typeof service === 'number' ? service : servicesPort[service]);
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(30_000) }).catch(
      () => undefined,
    );
    await answer?.arrayBuffer();
    return answer?.status ?? 0;
  }

  /** What the providers accepted, `n` greater than `after`. */
  async ledger(after = 0): Promise<LedgerLine[]> {
    const response = await fetch(`${this.env['SIMULATOR_URL']}/_ledger?after=${after}`);
    return (await response.json()) as LedgerLine[];
  }

  /** How many calls of a provider met each fate so far (`late`, `hang`, ...): proof that an ordered fault has landed. */
  async fates(provider: string): Promise<Readonly<Record<string, number>>> {
    const response = await fetch(`${this.env['SIMULATOR_URL']}/_fates`);
    return ((await response.json()) as Record<string, Record<string, number>>)[provider] ?? {};
  }

  /** Sets how providers behave from now on. Default: SendGrid alone. */
  async behave(behaviour: Record<string, unknown>, providers: readonly string[] = ['sendgrid']): Promise<void> {
    const body = JSON.stringify(Object.fromEntries(providers.map((provider) => [provider, behaviour])));
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body };
    const response = await fetch(`${this.env['SIMULATOR_URL']}/_behaviour`, init);
    if (response.status !== 200) throw new Error(`PUT /_behaviour: ${response.status} ${await response.text()}`);
  }

  /** Stops everything and leaves the home as it lies; repeated calls share one stop. @throws Error naming processes that are left */
  halt(): Promise<void> {
    this.#halting ??= this.#halt();
    return this.#halting;
  }

  async #halt(): Promise<void> {
    clearInterval(this.#watch);
    await Promise.all(this.#clients.map((client) => client.close().catch(() => {})));
    this.services();
    const code = await this.launcher.stop();
    const left = new Set([...this.#pids, ...processesOfHome(this.home)].filter(isAlive));
    for (const pid of left) process.kill(pid, 'SIGKILL');
    if (left.size > 0) throw new Error(`processes were left after stop: ${[...left].join(', ')}`);
    if (code !== 0) throw new Error(`the launcher ended with ${code}:\n${this.launcher.output()}`);
  }

  /** `halt`, and the home is removed. */
  async stop(): Promise<void> {
    try {
      await this.halt();
    } finally {
      rmSync(this.home, { recursive: true, force: true });
    }
  }

  /** The password of a role of the databases. */
  databasePassword(role: string): string {
    return (this.#secrets()['databasePasswords'] as Record<string, string>)[role] ?? '';
  }

  #secrets(): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.home, 'secrets.json'), 'utf8')) as Record<string, unknown>;
  }
}
