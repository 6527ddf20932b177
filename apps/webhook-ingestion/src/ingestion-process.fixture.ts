import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface SupervisedIngestion {
  /** How each process so far ended. */
  readonly ends: readonly (NodeJS.Signals | number | null)[];
  stop(): Promise<void>;
}

/** The shipped program as a process of its own on one port, started again whenever it dies. Resolves when it listens. */
export async function superviseIngestion(env: Record<string, string>): Promise<SupervisedIngestion> {
  const hooks = new URL('../../../libs/service-kit/src/typescript.hooks.fixture.mjs', import.meta.url).href;
  const program = fileURLToPath(new URL('./main.ts', import.meta.url));
  const ends: (NodeJS.Signals | number | null)[] = [];
  let stopping = false;
  const start = () => {
    const child = spawn(process.execPath, ['--conditions=@homing/source', '--import', hooks, program], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.once('exit', (code, signal) => {
      ends.push(signal ?? code);
      if (!stopping) current = start();
    });
    return child;
  };
  let current = start();
  for await (const text of createInterface({ input: current.stdout })) {
    if ((JSON.parse(text) as { msg?: string }).msg === 'listening') break;
  }
  current.stdout.resume();
  return {
    ends,
    stop: async () => {
      stopping = true;
      const gone = once(current, 'exit');
      current.kill('SIGTERM');
      await gone;
    },
  };
}
