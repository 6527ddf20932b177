import { type Logger, toSafeError } from '@homing/service-kit';

const logEveryMs = 1_000;

/** Counts handler failures by class of error, and logs at most one line a second for each class, with the count so far. */
export class FailureCounter {
  readonly #counts = new Map<string, number>();
  readonly #loggedAt = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    private readonly consumer: string,
  ) {}

  /** @param fields ids and numbers that help to find the message. */
  count(error: unknown, fields: Readonly<Record<string, string | number>>): void {
    const { type, code } = toSafeError(error);
    const kind = code === undefined ? type : `${type} ${code}`;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const now = performance.now();
    if (now - (this.#loggedAt.get(kind) ?? -Infinity) < logEveryMs) return;
    this.#loggedAt.set(kind, now);
    this.logger.warn({ err: error, consumer: this.consumer, count, ...fields }, 'handler failed, will be tried again');
  }

  /** Failures so far by class (and code) of the error. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
