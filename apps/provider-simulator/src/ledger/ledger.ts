import { join } from 'node:path';
import { LineLog } from './line.log.js';

/** One message a provider accepted. It alone says what was sent. */
export interface LedgerLine {
  /** From 1, rising, over restarts. */
  readonly n: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly provider: string;
  readonly channel: string;
  readonly to: string;
  /** Null where the caller named none. */
  readonly deliveryId: string | null;
  readonly attempt: number | null;
  readonly idempotencyKey: string | null;
  /** The id the provider answered with. */
  readonly messageId: string;
  /** What the provider hands back in its webhooks. */
  readonly args: Readonly<Record<string, string>>;
}

export type Acceptance = Omit<LedgerLine, 'n' | 'at' | 'messageId'>;

/** The ledger of everything accepted: fsynced before anyone is answered, numbered over restarts. */
export class Ledger {
  #last = 0;

  private constructor(
    private readonly log: LineLog<LedgerLine>,
    private readonly now: () => Date,
  ) {}

  /** Opens `<home>/simulator/ledger.jsonl` and shows what it holds to `visit`. */
  static async open(home: string, visit: (line: LedgerLine) => void, now = () => new Date()): Promise<Ledger> {
    let last = 0;
    const log = await LineLog.open<LedgerLine>(join(home, 'simulator', 'ledger.jsonl'), {
      sync: true,
      visit: (line) => {
        last = Math.max(last, line.n);
        visit(line);
      },
    });
    const ledger = new Ledger(log, now);
    ledger.#last = last;
    return ledger;
  }

  /** Resolves when all lines of this request are on the disk. They share the message id made from the first number. */
  async accept(messages: readonly Acceptance[], messageId: (n: number) => string): Promise<LedgerLine[]> {
    const id = messageId(this.#last + 1);
    const at = this.now().toISOString();
    const lines = messages.map((message) => ({ n: ++this.#last, at, ...message, messageId: id }));
    await Promise.all(lines.map((line) => this.log.append(line)));
    return lines;
  }

  async *after(n: number): AsyncGenerator<LedgerLine> {
    for await (const line of this.log.lines()) if (line.n > n) yield line;
  }

  close(): Promise<void> {
    return this.log.close();
  }
}
