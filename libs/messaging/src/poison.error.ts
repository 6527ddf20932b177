import type { PoisonReason } from '@homing/contracts';

/** One thing wrong with a message: where and what. Never a value. */
export interface FieldFault {
  /** Path of the field (`data.recipient.id`), or empty for the whole message. */
  readonly path: string;
  /** Short code (`required`, `not_a_string`). */
  readonly code: string;
}

const mostFaults = 20;
const word = (text: string, most: number) => (/^[\w.$[\]-]*$/.test(text) && text.length <= most ? text : '?');

/**
 * Thrown by a handler: this message can never be handled, however often it is tried. The only error that leads to the
 * dead letters. It is safe to store and to log: paths and codes that are not plain words are replaced by `?`.
 */
export class PoisonError extends Error {
  readonly class = 'poison';
  readonly safeMessage = true;
  readonly faults: readonly FieldFault[];

  constructor(
    readonly reason: PoisonReason,
    faults: readonly FieldFault[] = [],
  ) {
    super(`poison: ${reason}`);
    this.name = 'PoisonError';
    this.faults = faults
      .slice(0, mostFaults)
      .map(({ path, code }) => ({ path: word(path, 128), code: word(code, 64) }));
  }
}

/** Thrown by a handler: nothing is wrong, but not now. Redelivered after `delayMs`, not counted as a failure. */
export class RetryLaterError extends Error {
  readonly safeMessage = true;

  constructor(readonly delayMs: number) {
    super(`retry in ${delayMs} ms`);
    this.name = 'RetryLaterError';
  }
}
