import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from './store.error.js';

/** What to execute, as data: whoever supervises decides about output, restarts and signals. */
export interface ServerCommand {
  command: string;
  args: string[];
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** The signal that asks for a clean stop. */
  stopSignal: 'SIGINT' | 'SIGTERM';
}

/** A server process started by this one. */
export interface ServerProcess {
  readonly pid: number;
  /** Settles when the process has ended, never rejects. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** Last lines the server wrote. */
  logTail(lines?: number): string;
  /** Asks for a clean stop, kills after 10 s. Resolves when the process is gone; safe to call again. */
  stop(): Promise<void>;
}

let dieWithParent: string[] | undefined;

/** util-linux can ask the kernel to signal the child when this process dies, even by kill -9. Elsewhere: nothing. */
function deathSignalPrefix(signal: string): string[] {
  dieWithParent ??=
    process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0
      ? ['setpriv', '--pdeathsig']
      : [];
  return dieWithParent.length > 0 ? [...dieWithParent, signal.replace('SIG', ''), '--'] : [];
}

/**
 * Starts the server in a process group of its own (so a Ctrl-C in the terminal does not reach it before we stop it),
 * output appended to `logFile`. It ends with this process where the system can promise that.
 */
export async function spawnServer(server: ServerCommand, logFile: string): Promise<ServerProcess> {
  const [command, ...args] = [...deathSignalPrefix(server.stopSignal), server.command, ...server.args];
  const log = openSync(logFile, 'a', 0o600);
  const { cwd, uid, gid, env } = server;
  const child = spawn(command ?? server.command, args, {
    env,
    detached: true,
    stdio: ['ignore', log, log],
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new StoreError(`cannot execute ${server.command}: ${error.message}`, 'check that file and its permissions'),
      ),
    );
  });
  return supervised(child, server.stopSignal, logFile);
}

function supervised(child: ChildProcess, stopSignal: NodeJS.Signals, logFile: string): ServerProcess {
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  const exited = new Promise<void>((resolve) => {
    if (gone()) resolve();
    else child.once('exit', () => resolve());
  });
  child.unref();
  return {
    pid: child.pid as number,
    exited,
    hasExited: gone,
    logTail: (lines = 12) => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n'),
    async stop() {
      if (gone()) return;
      child.ref();
      child.kill(stopSignal);
      const patience = new AbortController();
      const kill = delay(10_000, undefined, { signal: patience.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      await exited;
      patience.abort();
      await kill;
    },
  };
}

/** Waits until `probe` answers something, the process ends (throws with its last words) or `timeoutMs` passed. */
export async function whenReady<T>(
  server: ServerProcess,
  probe: () => Promise<T | undefined>,
  { name, timeoutMs = 60_000 }: { name: string; timeoutMs?: number },
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (server.hasExited())
      throw new StoreError(`${name} ended while starting:\n${server.logTail()}`, 'mend what its last lines say');
    if (performance.now() > deadline) {
      await server.stop();
      throw new StoreError(`${name} was not ready within ${timeoutMs} ms:\n${server.logTail()}`, 'look at its log');
    }
    await delay(10);
  }
}
