import { setTimeout as pause } from 'node:timers/promises';

/** Only against hanging for ever: a condition that holds is seen within milliseconds. */
const HANG_GUARD_MS = 300_000;

/** Looks again and again until the answer is neither undefined nor false. @throws Error naming `what`, as it stands then, when it never holds */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  what: string | (() => string),
  guardMs = HANG_GUARD_MS,
): Promise<T> {
  const hangs = performance.now() + guardMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > hangs) {
      const told = typeof what === 'string' ? what : what();
      throw new Error(`waited ${guardMs / 1_000} s in vain for ${told}`);
    }
    await pause(25);
  }
}
