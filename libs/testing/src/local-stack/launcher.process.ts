import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../condition.wait.js';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));

/** The shipped launcher as a process of its own. */
export interface Launcher {
  readonly pid: number;
  /** Everything it said so far. */
  output(): string;
  /** As Ctrl-C would; resolves with the exit code when it has ended. */
  stop(): Promise<number | null>;
}

/** Starts `node apps/local/dist/main.js start` and resolves at its ready line. @throws Error with what it said when it ends first */
export async function startLauncher(environment: Record<string, string>, args: readonly string[]): Promise<Launcher> {
  const child = spawn(process.execPath, ['apps/local/dist/main.js', 'start', ...args], {
    cwd: workspace,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  let over: { code: number | null } | undefined;
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      over = { code };
      resolve(code);
    });
  });
  // A test run that is cut off leaves nothing behind: the launcher stops what it started.
  const cutOff = (): void => void child.kill('SIGINT');
  process.once('exit', cutOff);
  void ended.then(() => process.off('exit', cutOff));
  const ready = (): boolean => /^ready http/m.test(output);
  await until(() => ready() || over !== undefined, 'the ready line').catch(async (error: Error) => {
    child.kill('SIGINT');
    await ended;
    throw new Error(`${error.message}; the launcher said:\n${output}`);
  });
  if (!ready()) throw new Error(`the launcher ended with ${over?.code} before it was ready:\n${output}`);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    stop: () => (over ? Promise.resolve(over.code) : (child.kill('SIGINT'), ended)),
  };
}
