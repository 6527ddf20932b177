import { toSafeError } from './safe-error.serializer.js';

/** Awaits the work at most so long. Never rejects: `done`, `timed out`, or the class of what was thrown. */
export async function bounded(work: () => unknown, limitMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('timed out'), limitMs);
  });
  const done = Promise.resolve()
    .then(work)
    .then(
      () => 'done',
      (error: unknown) => `failed: ${toSafeError(error).type}`,
    );
  return Promise.race([done, limit]).finally(() => clearTimeout(timer));
}
