import { inspect } from 'node:util';

/**
 * A configured secret. Printing, serialising or inspecting it gives `[secret]`; only `reveal()` gives the value, so every
 * place that uses one can be found by name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Hand it straight to the client that needs it; never keep, log or compare it with `===`. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.toPrimitive](): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
