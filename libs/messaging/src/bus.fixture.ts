import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@homing/service-kit';
import { type NatsUser, type RunningNats, startNats } from '@homing/embedded-stores';
import { type Bus, type BusOptions, connectBus } from './index.js';

/** Waits for a condition; the limit only guards against a hang. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 40_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface TestBus {
  readonly url: string;
  readonly dir: string;
  /** Everything logged so far, one JSON line after another. */
  log(): string;
  connect(options?: Partial<BusOptions>): Bus;
  pid(): number;
  /** SIGSTOP; resolves when none of its threads runs any more: one of them may still answer what comes right after the signal. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  thaw(): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Ends the server as an operator does: everything it knows is on disk. */
  end(): Promise<void>;
  /** Starts the server again, on the same port. */
  restart(): Promise<void>;
  /** Deletes everything JetStream stored. */
  wipe(): void;
  close(): Promise<void>;
}

const smallStreams = { storageBytes: 64 * 1024 * 1024 };

/** A nats-server of its own, which a test may kill, wipe and start again. */
export async function startTestBus(users: NatsUser[] = []): Promise<TestBus> {
  const dir = mkdtempSync(join(tmpdir(), 'homing-bus-'));
  const options = { dir, encryptionKey: 'a key for tests only', syncAlways: false, users };
  let nats: RunningNats = await startNats(options);
  const { port, url } = nats;
  const lines: string[] = [];
  const buses: Bus[] = [];
  const logger = createLogger({
    service: 'test',
    instance: 'test',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const isAlive = () => {
    try {
      return process.kill(nats.pid, 0);
    } catch {
      return false;
    }
  };
  return {
    url,
    dir,
    pid: () => nats.pid,
    log: () => lines.join(''),
    connect(more = {}) {
      const bus = connectBus({ url, name: 'test', topology: smallStreams, logger, ...more });
      buses.push(bus);
      return bus;
    },
    async freeze() {
      process.kill(nats.pid, 'SIGSTOP');
      await until(() => stopped(nats.pid), 'the server stands still');
    },
    thaw: () => void process.kill(nats.pid, 'SIGCONT'),
    async kill() {
      process.kill(nats.pid, 'SIGKILL');
      await until(() => !isAlive(), 'the server is gone');
    },
    end: () => nats.stop(),
    async restart() {
      nats = await startNats({ ...options, port });
    },
    wipe: () => rmSync(join(dir, 'store'), { recursive: true, force: true }),
    async close() {
      await Promise.all(buses.map((bus) => bus.close()));
      if (isAlive()) await nats.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Whether every thread of a process is stopped (T); true where the system shows no threads. */
function stopped(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return true;
  const state = (thread: string) => readFileSync(join(threads, thread, 'stat'), 'utf8').replace(/^.*\) /, '')[0];
  return readdirSync(threads).every((thread) => state(thread) === 'T');
}
