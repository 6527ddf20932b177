/** A walk was given up by the operator; what is done stays done. */
export class WalkAbortedError extends Error {
  readonly safeMessage = true;
  readonly code = 'ABORTED';

  /** @param position everything up to and including it is done */
  constructor(readonly position: bigint) {
    super(`given up at position ${position}`);
    this.name = 'WalkAbortedError';
  }
}
