import type { ProviderInbound } from '@homing/contracts';
import type { InboundPark } from '@homing/vault/desk';
import { inboundParked } from './inbound.metrics.js';

export interface ParkedParts {
  readonly park: Pick<InboundPark, 'take' | 'remove' | 'count'>;
  /** Of `$all`: how far the projection is, and where the store ends. */
  readonly currentPosition: () => Promise<bigint>;
  readonly headPosition: () => Promise<bigint>;
  /** Hears one as if the projection had been there when it came. */
  readonly settle: (message: ProviderInbound) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const PAGE = 50;
/** Who dies over some of them leaves them to the next after so long. */
const TAKEN_FOR_MS = 60_000;
/** The end of `$all`. */
const EVERYTHING = 2n ** 63n - 1n;

/**
 * Settles what was parked while the projection was away, oldest first, once the projection has come to where it arrived. Each is taken
 * by one process at a time; what cannot be settled stays, and holds up nothing behind it.
 */
export class ParkedRound {
  #seen = false;

  constructor(private readonly parts: ParkedParts) {}

  /** Answers whether there is more to do at once. @throws the first failure, when everything taken has been tried */
  async run(): Promise<boolean> {
    const { park, currentPosition, headPosition, settle, now } = this.parts;
    const waiting = await park.count();
    if (waiting > 0 || this.#seen) inboundParked.set(waiting);
    this.#seen = waiting > 0;
    if (waiting === 0) return false;
    // The head first: a projection that has come to it knows everything, also where a store was put back to before what was parked.
    const head = await headPosition();
    const projected = await currentPosition();
    const at = now();
    const [nowText, until] = [new Date(at).toISOString(), new Date(at + TAKEN_FOR_MS).toISOString()];
    const position = projected >= head ? EVERYTHING : projected;
    const taken = await park.take({ position, limit: PAGE, now: nowText, until });
    const failures: unknown[] = [];
    for (const message of taken)
      await settle(message)
        .then(() => park.remove(message))
        .catch((error: unknown) => void failures.push(error));
    if (failures.length > 0) throw failures[0] as Error;
    return taken.length === PAGE;
  }
}
