/** Events come in storms: the list catches up at most this often. */
const settleMs = 400;
/** After a failure it tries again by itself. */
const againMs = 3_000;

/**
 * One refresh at a time; what comes meanwhile is caught up afterwards, in one go. What a failed refresh was to read is not
 * forgotten: `refresh` answers false and is asked again with it.
 */
export class RefreshQueue {
  #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #wanted = false;
  #stopped = false;

  constructor(private readonly refresh: (changed: ReadonlySet<string>) => Promise<boolean>) {}

  start(): void {
    this.#stopped = false;
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  later(outreachIds: readonly string[]): void {
    for (const outreachId of outreachIds) this.#changed.add(outreachId);
    this.#wanted = true;
    if (!this.#running) this.#arm(settleMs);
  }

  readonly now = (): void => {
    this.#wanted = true;
    this.#disarm();
    if (!this.#running) this.#arm(0);
  };

  #arm(ms: number): void {
    if (!this.#stopped) this.#timer ??= setTimeout(() => void this.#run(), ms);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    const batch = this.#changed;
    this.#changed = new Set();
    this.#wanted = false;
    this.#running = true;
    const done = await this.refresh(batch);
    this.#running = false;
    if (!done) for (const outreachId of batch) this.#changed.add(outreachId);
    if (!done || this.#wanted) this.#arm(done ? settleMs : againMs);
  }
}
