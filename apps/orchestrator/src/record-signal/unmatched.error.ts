import type { UnmatchedCause } from '@homing/vault/desk';

/** A signal that matches nothing that is known (yet). It is neither poison nor a failure. */
export class UnmatchedSignalError extends Error {
  readonly safeMessage = true;

  constructor(readonly why: UnmatchedCause) {
    super(`unmatched: ${why}`);
    this.name = 'UnmatchedSignalError';
  }
}
