import { errorCode } from './safe-error.serializer.js';

/** `reason` and `note` are read by operators and may be public: codes and names, no values. */
export type CheckResult =
  { readonly status: 'up'; readonly note?: string } | { readonly status: 'down'; readonly reason: string };
/** Throwing counts as down; the reason is then the error's code or class. */
export type Check = (signal: AbortSignal) => CheckResult | Promise<CheckResult>;

export interface ReadinessReport {
  readonly status: 'ready' | 'not_ready' | 'stopping';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Whether this process can do its work now. Rooms add their checks at run time; `/health/ready` answers from here. */
export class Readiness {
  readonly #checks = new Map<string, Check>();
  readonly #stopping = new AbortController();
  #underway: Promise<ReadinessReport> | undefined;

  /** @param timeoutMs bound of one check in milliseconds; a slower one is down. Default 1 000. */
  constructor(private readonly timeoutMs = 1_000) {}

  /** Adds a check under a unique name (throws when it is taken) and returns the way to remove it. */
  add(name: string, check: Check): () => void {
    if (this.#checks.has(name)) throw new Error(`a readiness check named ${name} is already there`);
    this.#checks.set(name, check);
    return () => void this.#checks.delete(name);
  }

  /** Aborted when the process begins to stop: end open streams (SSE) and long polls on it. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** From now on the report is `stopping`, so that balancers send no more work. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Runs all checks side by side. Callers that come while it runs share one run. */
  report(): Promise<ReadinessReport> {
    this.#underway ??= this.#run().finally(() => (this.#underway = undefined));
    return this.#underway;
  }

  async #run(): Promise<ReadinessReport> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await this.#bounded(check)] as const),
    );
    const allUp = entries.every(([, result]) => result.status === 'up');
    return {
      status: this.stopping.aborted ? 'stopping' : allUp ? 'ready' : 'not_ready',
      checks: Object.fromEntries(entries),
    };
  }

  async #bounded(check: Check): Promise<CheckResult> {
    const limit = AbortSignal.timeout(this.timeoutMs);
    const tooSlow = new Promise<CheckResult>((resolve) => {
      limit.addEventListener('abort', () => resolve({ status: 'down', reason: `no answer in ${this.timeoutMs} ms` }));
    });
    try {
      return await Promise.race([check(limit), tooSlow]);
    } catch (error) {
      return { status: 'down', reason: errorCode(error) };
    }
  }
}
