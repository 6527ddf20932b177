import type { Life } from './process.life.js';

/** Something others may wait for to change. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  readonly ring = (): void => {
    for (const listener of [...this.#listeners]) listener();
  };

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/**
 * Waits until `dueIn` says that there is something to do. A service that polls would find nothing before that, so the polls in
 * between are left out: days of waiting cost nothing, and a run is over when nobody has anything to do.
 *
 * @param dueIn milliseconds until there is something; undefined: nothing as things stand
 */
export function idleUntil(life: Life, dueIn: () => number | undefined, changes: Changes): Promise<void> {
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const off = changes.listen(() => life.within(look));
    life.onEnd(off);
    let over = false;
    function look(): void {
      if (over) return;
      cancel();
      const ms = dueIn();
      if (ms === undefined) return;
      if (ms > 0) return void (cancel = life.after(ms, look));
      over = true;
      off();
      resolve();
    }
    look();
  });
}
