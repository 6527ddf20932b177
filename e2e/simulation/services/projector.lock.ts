import { Changes } from '../engine/idle.wait.js';
import type { Life } from '../engine/process.life.js';

/** Held by one projector at a time, as far as it knows. */
export class ProjectorLock {
  readonly changes = new Changes();
  #holder: Life | undefined;

  get free(): boolean {
    return !this.#holder?.alive;
  }

  heldBy(life: Life): boolean {
    return this.#holder === life;
  }

  take(life: Life): void {
    this.#holder = life;
    life.onEnd(this.changes.ring);
  }

  release(life?: Life): void {
    if (life && this.#holder !== life) return;
    this.#holder = undefined;
    this.changes.ring();
  }
}
