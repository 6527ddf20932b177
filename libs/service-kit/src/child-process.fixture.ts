import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  readonly lines: Record<string, unknown>[];
  /** Resolves with the first JSON line (past or to come) that fits. */
  line(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts a TypeScript fixture as a process of its own; stdout is read as JSON lines. */
export function startChild(fixture: string, env: Record<string, string> = {}): Child {
  const hooks = new URL('./typescript.hooks.fixture.mjs', import.meta.url).href;
  const program = fileURLToPath(new URL(fixture, import.meta.url));
  return follow(['--conditions=@homing/source', '--import', hooks, program], env);
}

/** Starts what a room ships: `apps/<room>/dist/main.js`, with these arguments. Needs a build. */
export function startProgram(room: string, env: Record<string, string>, args: readonly string[] = []): Child {
  return follow([fileURLToPath(new URL(`../../../apps/${room}/dist/main.js`, import.meta.url)), ...args], env);
}

export interface Ended {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly out: string;
  readonly said: string;
}

/** Runs what a room ships to its end. `on` gets the process, to signal it. */
export async function runProgram(
  room: string,
  env: Record<string, string>,
  args: readonly string[],
  on?: (child: ChildProcess) => void,
): Promise<Ended> {
  const program = fileURLToPath(new URL(`../../../apps/${room}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { out: '', said: '' };
  child.stdout.on('data', (text) => (heard.out += String(text)));
  child.stderr.on('data', (text) => (heard.said += String(text)));
  on?.(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...heard };
}

function follow(args: readonly string[], env: Record<string, string>): Child {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  const waiting: {
    fits: (line: Record<string, unknown>) => boolean;
    resolve: (line: Record<string, unknown>) => void;
  }[] = [];
  const reader = createInterface({ input: child.stdout });
  const allRead = once(reader, 'close');
  reader.on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    lines.push(line);
    for (const each of waiting) if (each.fits(line)) each.resolve(line);
  });
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint += String(chunk)));
  const ended = once(child, 'close').then(async ([code, signal]) => {
    await allRead;
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  const line = (fits: (line: Record<string, unknown>) => boolean) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const seen = lines.find(fits);
      if (seen) return resolve(seen);
      waiting.push({ fits, resolve });
      void ended.then(() => reject(new Error(`the child ended first: ${complaint}`)));
    });
  return { process: child, lines, line, ended };
}
