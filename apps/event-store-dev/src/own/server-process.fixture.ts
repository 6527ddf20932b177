import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ServerProcess {
  readonly child: ChildProcess;
  /** The lines of standard output, parsed. */
  readonly lines: Record<string, unknown>[];
  /** Resolves with the connection string, or rejects when the process ends before it is ready. */
  readonly ready: Promise<string>;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>;
}

/** Runs the built server as its own process, on a free port unless told otherwise. */
export function serverProcess(env: Record<string, string>): ServerProcess {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: build apps/event-store-dev first (npm test does)`);
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test run that breaks off leaves no server behind.
  const orphaned = () => void child.kill('SIGKILL');
  process.once('exit', orphaned);
  child.once('exit', () => process.off('exit', orphaned));
  const lines: Record<string, unknown>[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = new Promise<Awaited<ServerProcess['exited']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, errors }));
  });
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = JSON.parse(line) as Record<string, unknown>;
      lines.push(parsed);
      if (parsed['event'] === 'ready') resolve(String(parsed['url']));
    });
    void exited.then((exit) => reject(new Error(`the server ended before it was ready: ${exit.errors}`)));
  });
  ready.catch(() => {});
  return { child, lines, ready, exited };
}
