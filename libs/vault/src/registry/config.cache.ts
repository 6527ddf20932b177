export type ConfigCacheParts = {
  /** Reads the counter that every configuration write moves. */
  readonly readVersion: () => Promise<string>;
  /** How long, in milliseconds, an answer may be given without asking for the version again. */
  readonly freshForMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Entries kept before everything is dropped. */
  readonly capacity: number;
};

/**
 * Remembers configuration until the version moves. An answer is never older than `freshForMs`, and what was loaded while a
 * write was invalidating is not kept.
 */
export class ConfigCache {
  readonly #entries = new Map<string, unknown>();
  #version: string | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #check: Promise<void> | undefined;
  #generation = 0;

  constructor(private readonly parts: ConfigCacheParts) {}

  invalidate(): void {
    this.#entries.clear();
    this.#generation += 1;
    this.#checkedAt = Number.NEGATIVE_INFINITY;
  }

  /** Answers for each key in order; `load` is asked once for all that are not known and answers in the order asked. */
  async findAll<T>(
    keys: readonly string[],
    load: (missing: readonly number[]) => Promise<readonly (T | undefined)[]>,
  ): Promise<(T | undefined)[]> {
    await this.#stayFresh();
    const missing = keys.flatMap((key, at) => (this.#entries.has(key) ? [] : [at]));
    const answers = keys.map((key) => this.#entries.get(key) as T | undefined);
    if (missing.length === 0) return answers;
    const generation = this.#generation;
    const loaded = await load(missing);
    for (const [i, at] of missing.entries()) {
      answers[at] = loaded[i];
      if (generation === this.#generation) this.#keep(keys[at] as string, loaded[i]);
    }
    return answers;
  }

  #keep(key: string, value: unknown): void {
    if (this.#entries.size >= this.parts.capacity) this.#entries.clear();
    this.#entries.set(key, value);
  }

  async #stayFresh(): Promise<void> {
    if (this.parts.now() - this.#checkedAt < this.parts.freshForMs) return;
    this.#check ??= this.#readVersion().finally(() => (this.#check = undefined));
    await this.#check;
  }

  async #readVersion(): Promise<void> {
    const startedAt = this.parts.now();
    const version = await this.parts.readVersion();
    if (version !== this.#version) this.invalidate();
    this.#version = version;
    this.#checkedAt = startedAt;
  }
}
