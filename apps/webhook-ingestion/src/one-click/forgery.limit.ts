/** Strange links one caller may try in a window, and how long that is in milliseconds. */
const TRIES = 60;
const WINDOW_MS = 60_000;
/** Callers counted at once; when more come, counting begins anew. */
const MOST = 20_000;

/** Counts, for each caller, links that we did not make. Links of ours are never turned away here: a wish to hear no more is heard. */
export class ForgeryLimit {
  #since: number;
  readonly #tries = new Map<string, number>();

  constructor(private readonly monotonic: () => number) {
    this.#since = monotonic();
  }

  /** One more strange link; true: this caller has had its share for now. */
  exceeded(caller: string): boolean {
    const now = this.monotonic();
    if (now - this.#since >= WINDOW_MS || this.#tries.size >= MOST) {
      this.#tries.clear();
      this.#since = now;
    }
    const tries = (this.#tries.get(caller) ?? 0) + 1;
    this.#tries.set(caller, tries);
    return tries > TRIES;
  }
}
