import type { ServerWritableStream } from '@grpc/grpc-js';
import { statusOf } from './service.context.js';

/** Why a call ended. Made once: without a reason each `abort` makes an error of its own, with a stack. */
const GONE = new Error('the caller is gone');

/** Writes answers as fast as the caller takes them, and knows when the caller is gone. */
export class CallSink<Answer> {
  private readonly gone = new AbortController();
  private over = false;
  private reason: Error | undefined;

  constructor(private readonly call: ServerWritableStream<unknown, Answer>) {
    call.on('cancelled', () => this.gone.abort(GONE));
    call.on('close', () => this.gone.abort(GONE));
  }

  /** Aborted when the caller is gone or the server stops. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** Resolves when the caller can take more, or is gone: at most a few messages wait in memory. */
  write(answer: Answer): Promise<void> | undefined {
    if (this.gone.signal.aborted || this.over || this.call.write(answer)) return undefined;
    return new Promise((resolve) => {
      const done = () => {
        this.call.off('drain', done);
        this.gone.signal.removeEventListener('abort', done);
        resolve();
      };
      this.call.once('drain', done);
      this.gone.signal.addEventListener('abort', done, { once: true });
    });
  }

  /** The server ends the call: the caller sees the error. */
  abort(error: Error): void {
    this.reason = error;
    this.gone.abort(error);
  }

  end(): void {
    if (this.over) return;
    if (this.reason) return this.fail(statusOf(this.reason));
    this.over = true;
    if (!this.gone.signal.aborted) this.call.end();
  }

  fail(status: ReturnType<typeof statusOf>): void {
    if (this.over) return;
    this.over = true;
    if (!this.call.cancelled) this.call.emit('error', status);
  }
}
