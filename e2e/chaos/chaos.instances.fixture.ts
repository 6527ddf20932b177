import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort, isAlive } from '@homing/embedded-stores';
import { until, type LocalStack } from '@homing/testing/local-stack';

/** Services that answer on a port of their own, as offsets from the base. */
const OFFSETS: Readonly<Record<string, number>> = {
  api: 0,
  'webhook-ingestion': 1,
  orchestrator: 3,
  scheduler: 4,
  'channel-gateway': 5,
  projector: 6,
};
/** A process that boots under load takes its time; one that never comes is a failure of the run. */
const BACK_WITHIN_MS = 300_000;

/** A process that can be killed, and comes back. */
export interface Instance {
  readonly name: string;
  /** Kills it with SIGKILL. Resolves with the pid that is gone. */
  kill(): Promise<number>;
  /** Resolves with the pid of the process in its place, when that says that it is ready. */
  back(gone: number): Promise<number>;
}

/** One that the launcher started, and starts again. */
export function launched(stack: LocalStack, service: string): Instance {
  const offset = OFFSETS[service];
  const pid = (): number | undefined => stack.services()[service]?.pid ?? undefined;
  return {
    name: service,
    kill: () => killed(service, pid),
    back: (gone) => {
      const another = async (): Promise<number | false> => {
        const now = pid();
        if (now === undefined || now === gone) return false;
        return offset === undefined || (await stack.ready(offset).catch(() => 0)) === 200 ? now : false;
      };
      return until(another, `${service} to be ready again`, BACK_WITHIN_MS);
    },
  };
}

/** One more instance of a service, with the very environment of the launcher's; restarted by whoever waits for it to be back. */
export class Extra implements Instance {
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(
    private readonly stack: LocalStack,
    readonly name: string,
    private readonly program: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async start(stack: LocalStack, service: string, number = 2): Promise<Extra> {
    const program = fileURLToPath(new URL(`../../apps/${service}/dist/main.js`, import.meta.url));
    const name = `${service}-${number}`;
    const extra = new Extra(stack, name, program, { ...stack.environmentOf(service), SERVICE_INSTANCE: name });
    await extra.#spawn();
    return extra;
  }

  kill(): Promise<number> {
    return killed(this.name, () => this.#child?.pid);
  }

  async back(): Promise<number> {
    await this.#spawn();
    return this.#child?.pid ?? 0;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }

  async #spawn(): Promise<void> {
    this.#port = await freePort();
    const env = { ...this.environment, PORT: String(this.#port) };
    this.#child = spawn(process.execPath, [this.program], { env, stdio: 'ignore' });
    const ready = async () => (await this.stack.ready(this.#port - this.stack.portBase).catch(() => 0)) === 200;
    await until(ready, `${this.name} to be ready`, BACK_WITHIN_MS);
  }
}

/** Again where it had just ended by itself: a store goes with another. */
async function killed(name: string, pidNow: () => number | undefined): Promise<number> {
  const kill = (): number | false => {
    const pid = pidNow();
    try {
      return pid !== undefined && process.kill(pid, 'SIGKILL') && pid;
    } catch {
      return false;
    }
  };
  const pid = await until(kill, `${name} to run, so that it can be killed`, BACK_WITHIN_MS);
  await until(() => !isAlive(pid), `process ${pid} to be gone`);
  return pid;
}
