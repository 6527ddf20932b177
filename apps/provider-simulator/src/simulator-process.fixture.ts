import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface SimulatorProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends it by that signal and resolves with how it ended once it is gone. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** The shipped program as a process of its own; resolves when it listens. */
export async function startSimulatorProcess(env: Record<string, string>): Promise<SimulatorProcess> {
  const hooks = new URL('../../../libs/service-kit/src/typescript.hooks.fixture.mjs', import.meta.url).href;
  const program = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@homing/source', '--import', hooks, program], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as { msg?: string; url?: string };
    if (line.msg !== 'listening' || !line.url) continue;
    child.stdout.resume();
    const end = async (wanted: NodeJS.Signals) => {
      child.kill(wanted);
      const [code, signal] = await gone;
      return { code, signal };
    };
    return { url: line.url, child, end };
  }
  throw new Error('the simulator ended before it listened');
}
