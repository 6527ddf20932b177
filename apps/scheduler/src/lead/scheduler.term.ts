import type { Logger } from '@homing/service-kit';
import { startLoop, type Loop } from '../round.loop.js';

/** Work of a leader, round after round. */
export interface Rounds {
  readonly name: string;
  /** One round. True: there is more to do at once. */
  readonly round: () => Promise<boolean>;
  /** Wait between rounds in milliseconds. */
  readonly everyMs: number;
}

/** One term of office: all rounds until `signal` aborts; resolves when the rounds in hand have ended. */
export async function serveTerm(rounds: readonly Rounds[], { logger, signal, watch }: TermParts): Promise<void> {
  const loops = rounds.map((each) => startLoop({ ...each, logger }));
  watch(loops);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.all(loops.map((loop) => loop.stop()));
  watch([]);
}

export interface TermParts {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Gets the loops of the term under way, for readiness; none when it is over. */
  readonly watch: (loops: readonly Loop[]) => void;
}
