import { type LastCollection, type MemoryLook, worthCollecting } from './idle.policy.js';

const LOOK_EVERY_MS = 5_000;

/**
 * Gives memory back to the system while this process has nothing to do. Booting makes the engine's space for young objects grow to its
 * full size, and nothing makes it shrink again while hardly anything is allocated: half of what an idle service holds is that
 * space, empty. A full collection of the low-memory kind shrinks it; under load it grows again at once. Costs one pause of about a
 * tenth of a second, some seconds after the boot and at most every five minutes after that, never while the process is busy.
 */
export function giveBackIdleMemory(): void {
  let before = look();
  let last: LastCollection | undefined;
  const timer = setInterval(() => {
    const now = look();
    if (worthCollecting(before, now, last)) {
      last = { at: now.at, heldBytes: now.heldBytes };
      void collect().then(() => (last = { at: now.at, heldBytes: look().heldBytes }));
    }
    before = now;
  }, LOOK_EVERY_MS);
  timer.unref();
}

function look(): MemoryLook {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), cpuMs: (user + system) / 1_000, heldBytes: process.memoryUsage().heapTotal };
}

/** By way of the inspector's own command, the public door to such a collection: no flag, and no port is opened. */
async function collect(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } catch {
    // An engine that knows no such command keeps its memory.
  } finally {
    session.disconnect();
  }
}
