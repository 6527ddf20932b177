/** Remembers that something happened, so that nobody who was busy at that moment sleeps through it. For one waiter. */
export class WakeSignal {
  #happened = false;
  #wake = (): void => {};

  ring(): void {
    this.#happened = true;
    this.#wake();
  }

  /** Resolves at once when it rang since the last call, else at the next ring, after `ms`, or when `signal` aborts. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#happened && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.#wake(), ms);
        this.#wake = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', this.#wake);
          resolve();
        };
        signal.addEventListener('abort', this.#wake);
      });
    }
    this.#happened = false;
  }
}
