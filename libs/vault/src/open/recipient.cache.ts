import type { Recipient } from '../envelope/hpke.base.js';

/**
 * What opens the envelopes of one sealed batch, by its encapsulated key, for one key pair: the first envelope works it out, its
 * companions find it. The oldest are dropped first.
 */
export class RecipientCache {
  readonly #recipients = new Map<string, Recipient>();

  constructor(private readonly capacity: number) {}

  get(enc: Uint8Array): Recipient | undefined {
    return this.#recipients.get(nameOf(enc));
  }

  put(enc: Uint8Array, recipient: Recipient): void {
    this.#recipients.set(nameOf(enc), recipient);
    if (this.#recipients.size > this.capacity) this.#recipients.delete(this.#recipients.keys().next().value as string);
  }

  clear(): void {
    this.#recipients.clear();
  }
}

const nameOf = (enc: Uint8Array): string => Buffer.from(enc.buffer, enc.byteOffset, enc.byteLength).toString('latin1');
