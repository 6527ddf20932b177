/** One look at this process. */
export interface MemoryLook {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** CPU time since it began, milliseconds. */
  readonly cpuMs: number;
  /** What the engine holds for its heap, bytes, used or not. */
  readonly heldBytes: number;
}

/** What was held after the last collection, and when that was. */
export interface LastCollection {
  readonly at: number;
  readonly heldBytes: number;
}

/** Busier than this share of a processor, the memory is needed. */
const IDLE_SHARE = 0.04;
/** Less than this is not worth the pause, bytes. */
const WORTH_BYTES = 12 * 2 ** 20;
/** A pause of a tenth of a second is not made more often than this, milliseconds. */
const APART_MS = 300_000;

/** Whether the process did next to nothing between two looks and holds enough to be worth giving it back. */
export function worthCollecting(before: MemoryLook, now: MemoryLook, last: LastCollection | undefined): boolean {
  const share = (now.cpuMs - before.cpuMs) / Math.max(1, now.at - before.at);
  if (share > IDLE_SHARE) return false;
  if (last === undefined) return true;
  return now.heldBytes - last.heldBytes >= WORTH_BYTES && now.at - last.at >= APART_MS;
}
