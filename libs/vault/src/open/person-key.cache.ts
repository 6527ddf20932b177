import type { KeyPair } from '../envelope/x25519.keys.js';

/**
 * Opened private keys, the most recently used kept. A key is dropped when `capacity` is reached, when its person turns out to
 * be erased, and on `clear`; its memory is OpenSSL's, wiped when the last reference is collected.
 */
export class PersonKeyCache {
  readonly #keys = new Map<string, KeyPair>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.#keys.size;
  }

  get(personId: string): KeyPair | undefined {
    const key = this.#keys.get(personId);
    if (key !== undefined) this.put(personId, key);
    return key;
  }

  put(personId: string, key: KeyPair): void {
    this.#keys.delete(personId);
    this.#keys.set(personId, key);
    if (this.#keys.size > this.capacity) this.#keys.delete(this.#keys.keys().next().value as string);
  }

  forget(personId: string): void {
    this.#keys.delete(personId);
  }

  clear(): void {
    this.#keys.clear();
  }
}
