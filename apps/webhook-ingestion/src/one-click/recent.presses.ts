/** How long a stored press stands for its repeats, in milliseconds: who comes back later may have resubscribed meanwhile. */
const REMEMBERED_MS = 60_000;
/** Most deliveries remembered; beyond it the oldest is forgotten, and a repeat of it stored once more. */
const MOST = 50_000;

/** Presses stored a moment ago: mail programs and impatient people repeat them, and each is to be stored once. */
export class RecentPresses {
  readonly #at = new Map<string, number>();

  /** @param monotonic milliseconds that never run backward */
  constructor(private readonly monotonic: () => number) {}

  has(deliveryId: string): boolean {
    const at = this.#at.get(deliveryId);
    return at !== undefined && this.monotonic() - at < REMEMBERED_MS;
  }

  add(deliveryId: string): void {
    this.#at.delete(deliveryId);
    this.#at.set(deliveryId, this.monotonic());
    if (this.#at.size <= MOST) return;
    const [oldest] = this.#at.keys();
    if (oldest !== undefined) this.#at.delete(oldest);
  }
}
