import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../../apps/event-store-dev/dist/main.js', import.meta.url));

/** A real server in a process of its own; without a database it keeps its log in memory. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess | undefined,
    readonly url: string,
    readonly port: number,
  ) {}

  /** The server named by EVENTSTORE_URL, or a new one. */
  static async startOrGiven(): Promise<ServerProcess> {
    const given = process.env['EVENTSTORE_URL'];
    return given ? new ServerProcess(undefined, given, 0) : ServerProcess.start({});
  }

  static async start(options: { databaseUrl?: string }): Promise<ServerProcess> {
    if (!existsSync(PROGRAM)) throw new Error('apps/event-store-dev is not built: run "npm run build" first');
    const { EVENTS_DATABASE_URL: _, ...inherited } = process.env;
    const child = spawn(process.execPath, [PROGRAM], {
      env: {
        ...inherited,
        NODE_ENV: 'test',
        HOST: '127.0.0.1',
        PORT: '0',
        ...(options.databaseUrl ? { EVENTS_DATABASE_URL: options.databaseUrl } : {}),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const orphaned = (): boolean => child.kill('SIGKILL');
    process.once('exit', orphaned);
    child.once('exit', () => process.off('exit', orphaned));
    if (!child.stdout) throw new Error('the server has no output');
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as { event?: string; port?: number };
      if (said.event === 'ready' && said.port) {
        child.stdout.resume();
        return new ServerProcess(child, `esdb://127.0.0.1:${said.port}?tls=false`, said.port);
      }
    }
    throw new Error(`the server ended before it was ready (${child.exitCode})`);
  }

  /** Ends it at once, as a power cut would: nothing is flushed. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}
