import { until, type LocalStack } from '@homing/testing/local-stack';
import { askForMessages } from '../load.fixture.js';

/** Services that answer on a port of their own, as offsets. */
const services = [0, 1, 2, 3, 4, 5, 6];

/** Provider and sweeper are impatient, so that a run is short; limits of the API do not play. */
export const CHAOS_ENVIRONMENT = {
  PROVIDER_TIMEOUT_MS: '2000',
  REFEED_AFTER_MS: '2000',
  RATE_LIMIT_PER_SECOND: '100000',
  RATE_LIMIT_BURST: '100000',
};

export interface LoadShape {
  /** Names the recipients: no two loads of a stack have one in common. */
  readonly name: string;
  readonly count: number;
  readonly doors?: 'both' | 'http';
}

/** A load that goes on while faults happen. It is let go in shares, so that it lasts as long as they do. */
export class ChaosLoad {
  #allowed = 0;
  #asked = 0;
  readonly #done: Promise<ReadonlySet<string>>;

  constructor(
    stack: LocalStack,
    readonly shape: LoadShape,
  ) {
    const mayGoOn = (n: number): boolean => {
      if (n < this.#allowed) this.#asked = Math.max(this.#asked, n + 1);
      return n < this.#allowed;
    };
    this.#done = askForMessages({ stack, ...shape, mayGoOn }).then(({ accepted }) => accepted);
    this.#done.catch(() => undefined);
  }

  /** Lets the load come to this share of its messages; resolves while the last of them are on their way. */
  async upTo(share: number): Promise<void> {
    const before = this.#asked;
    this.#allowed = Math.ceil(this.shape.count * share);
    const some = before + Math.ceil((this.#allowed - before) * 0.7);
    await Promise.race([until(() => this.#asked >= some, `${some} messages to be asked for`), this.#done]);
  }

  /** As `upTo`, counted from where it stands. */
  more(share: number): Promise<void> {
    return this.upTo(Math.min(1, this.#allowed / this.shape.count + share));
  }

  /** Lets everything go. Resolves with what was acknowledged: every message. */
  async rest(): Promise<ReadonlySet<string>> {
    this.#allowed = this.shape.count;
    return this.#done;
  }
}

export const allReady = async (stack: LocalStack): Promise<boolean> =>
  (await Promise.all(services.map((port) => stack.ready(port)))).every((status) => status === 200);

/** Resolves when every service says that it is ready. */
export const whole = (stack: LocalStack) => until(() => allReady(stack), 'every service to be ready');

/** Resolves when nobody has left a message of a work queue unacknowledged. */
export async function drained(stack: LocalStack, stream: 'outreach' | 'dispatch' | 'signals'): Promise<void> {
  const bus = await stack.bus('orchestrator');
  let left: unknown;
  const none = async (): Promise<boolean> => {
    left = await bus.backlog(stream).catch((error: unknown) => String(error));
    return left === 0;
  };
  await until(none, () => `every message of ${stream}: ${String(left)} left`);
}

/**
 * Runs a fault while the bus holds what nobody has taken: first the gateway is held still until dispatches wait, then the orchestrator
 * until requests wait, too. Both go on afterwards. @returns how many waited
 */
export async function whileBacklog(
  stack: LocalStack,
  load: ChaosLoad,
  fault: () => Promise<void>,
): Promise<{ outreach: number; dispatch: number }> {
  const bus = await stack.bus('orchestrator');
  const held: number[] = [];
  const hold = (service: string): void => {
    const pid = stack.pid(service);
    process.kill(pid, 'SIGSTOP');
    held.push(pid);
  };
  const waiting = (stream: 'outreach' | 'dispatch') =>
    until(async () => {
      const count = await bus.backlog(stream);
      return count > 0 && count;
    }, `messages of ${stream} to wait`);
  try {
    hold('channel-gateway');
    await load.more(0.1);
    const dispatch = await waiting('dispatch');
    hold('orchestrator');
    await load.more(0.1);
    const outreach = await waiting('outreach');
    await fault();
    return { outreach, dispatch };
  } finally {
    for (const pid of held) process.kill(pid, 'SIGCONT');
  }
}
