import { unavailable } from '../wire/call.error.js';

/** Calls that stay open until somebody ends them: a stopping server ends them all, so that it can drain. */
export class OpenCalls {
  private readonly enders = new Set<(error: Error) => void>();

  /** Registers a call; the returned function forgets it. */
  add(end: (error: Error) => void): () => void {
    this.enders.add(end);
    return () => void this.enders.delete(end);
  }

  endAll(reason: string): void {
    const enders = [...this.enders];
    this.enders.clear();
    for (const end of enders) end(unavailable(reason));
  }
}
