/** A handler took longer than `maxHandlingMs`: perhaps it never ends. Its message is delivered again. */
export class HandlerHangsError extends Error {
  readonly safeMessage = true;
  readonly code = 'HANDLER_HANGS';

  constructor(afterMs: number) {
    super(`a handler has not ended after ${afterMs} ms`);
    this.name = 'HandlerHangsError';
  }
}
