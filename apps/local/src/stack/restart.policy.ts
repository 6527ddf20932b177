export interface RestartPolicy {
  /** Pause before the first restart, ms; doubled for every death in a row. */
  firstMs: number;
  /** Longest pause, ms. */
  maxMs: number;
  /** A service that was ready this long, ms, has recovered: counting starts again. */
  recoveredAfterMs: number;
  /** So many deaths in a row are a crash loop. */
  loopAfter: number;
  /** A service that is not ready after so long, ms, and catches up no further meanwhile, counts as dead. */
  readyWithinMs: number;
}

export const defaultRestartPolicy: RestartPolicy = {
  firstMs: 100,
  maxMs: 15_000,
  recoveredAfterMs: 3_000,
  loopAfter: 5,
  readyWithinMs: 90_000,
};

/** Pause before the restart that follows `deaths` (>= 1) deaths in a row. */
export const restartPause = (policy: RestartPolicy, deaths: number): number =>
  Math.min(policy.maxMs, policy.firstMs * 2 ** Math.min(deaths - 1, 30));

/** Deaths in a row after one more, given how long the service had been ready (undefined: never). */
export const countDeath = (policy: RestartPolicy, deaths: number, readyForMs: number | undefined): number =>
  readyForMs !== undefined && readyForMs >= policy.recoveredAfterMs ? 1 : deaths + 1;
