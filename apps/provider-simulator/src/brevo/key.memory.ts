import type { Ledger } from '../ledger/ledger.js';

/** As Brevo's reference has it. */
const VALID_MS = 30 * 60_000;

/** The keys that were taken within the last half hour, over restarts: they stand in the ledger. */
export class KeyMemory {
  readonly #taken = new Map<string, number>();
  #read: Promise<void> | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly now: () => number,
  ) {}

  /** True for the first call under a key; then it is taken for half an hour. */
  async take(key: string): Promise<boolean> {
    await (this.#read ??= this.#readLedger());
    const at = this.#taken.get(key);
    if (at !== undefined && at > this.now() - VALID_MS) return false;
    this.#taken.set(key, this.now());
    return true;
  }

  async #readLedger(): Promise<void> {
    for await (const { provider, idempotencyKey, at } of this.ledger.after(0))
      if (provider === 'brevo' && idempotencyKey !== null) this.#taken.set(idempotencyKey, Date.parse(at));
  }
}
