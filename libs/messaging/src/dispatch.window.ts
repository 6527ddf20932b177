import type { Bus, BusApi } from './bus.connection.js';

export interface DispatchWindowOptions {
  readonly stream: string;
  /** Which of the stream's subjects count, as a wildcard. Default: all. */
  readonly subjects?: string;
  /** Most messages that may wait there. */
  readonly size: number;
  /** How long a count is trusted, in milliseconds. Default 100. */
  readonly freshForMs?: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * How much more work may be put on a stream: at most `size` messages wait there, so that what is urgent never stands behind a
 * campaign and an outage of its consumers piles nothing up. What does not fit stays in the timetable. Approximate between
 * processes: each counts what it has published itself since it last looked.
 */
export class DispatchWindow {
  #count = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'api'>,
    private readonly options: DispatchWindowOptions,
  ) {}

  /** Messages that still fit; 0 while the bus cannot be asked. */
  async room(): Promise<number> {
    const { now = () => performance.now(), freshForMs = 100 } = this.options;
    if (now() - this.#countedAt >= freshForMs) {
      this.#counting ??= this.#look(now).finally(() => (this.#counting = undefined));
      await this.#counting;
    }
    return Math.max(0, this.options.size - this.#count);
  }

  /** Says that so many were published. */
  took(messages: number): void {
    this.#count += messages;
  }

  async #look(now: () => number): Promise<void> {
    const startedAt = now();
    try {
      const { manager } = await this.bus.api();
      this.#count = await waiting(manager, this.options);
      this.#countedAt = startedAt;
    } catch {
      this.#count = this.options.size;
    }
  }
}

async function waiting(
  manager: BusApi['manager'],
  { stream, subjects }: Pick<DispatchWindowOptions, 'stream' | 'subjects'>,
): Promise<number> {
  if (subjects === undefined) return (await manager.streams.info(stream)).state.messages;
  const { state } = await manager.streams.info(stream, { subjects_filter: subjects });
  return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
}
