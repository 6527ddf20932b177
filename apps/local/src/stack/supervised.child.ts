import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerCommand } from '@homing/embedded-stores';
import type { LogSink } from './log.sink.js';

/** One run of a service's process. */
export interface SupervisedChild {
  readonly pid: number;
  /** How it ended, in words ("exit code 1", "SIGKILL"); never rejects. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
  /** Asks for a clean stop, kills after `graceMs`. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

/**
 * Starts the command in a process group of its own: a Ctrl-C in the terminal reaches only the launcher, which stops
 * everything in order. Its output, line by line, goes to the sink. @throws Error when it cannot be executed.
 */
export async function spawnChild(server: ServerCommand, log: LogSink): Promise<SupervisedChild> {
  const { cwd, uid, gid, env } = server;
  const child = spawn(server.command, server.args, {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const outputs = [child.stdout, child.stderr].map((input) => {
    const lines = createInterface({ input, crlfDelay: Infinity }).on('line', (line) => log.line(line));
    return new Promise<void>((resolve) => lines.once('close', resolve));
  });
  return overseen(child, server.stopSignal, Promise.all(outputs));
}

function overseen(child: ChildProcess, stopSignal: NodeJS.Signals, written: Promise<unknown>): SupervisedChild {
  const pid = child.pid as number;
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  const how = () => child.signalCode ?? `exit code ${child.exitCode}`;
  const exited = new Promise<void>((resolve) => {
    if (gone()) resolve();
    else child.once('exit', () => resolve());
  });
  const ended = exited.then(async () => {
    // What the service itself started ends with it; a group that is already gone is fine.
    signalGroup(pid, 'SIGKILL');
    // Its last words are still in the pipe; somebody who left the group may hold it open.
    await Promise.race([written, delay(1_000, undefined, { ref: false })]);
    return how();
  });
  return {
    pid,
    ended,
    hasEnded: gone,
    kill: () => void child.kill('SIGKILL'),
    async stop(graceMs) {
      if (gone()) return;
      child.kill(stopSignal);
      const patience = new AbortController();
      const killing = delay(graceMs, undefined, { signal: patience.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      await exited;
      patience.abort();
      await killing;
      await ended;
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody left in it
  }
}
