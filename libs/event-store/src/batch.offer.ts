import { backoffMs } from './backoff.policy.js';
import type { EventBatch, SubscribeOptions } from './event-store.port.js';
import { subscriptionDefaults } from './subscription.policy.js';

export interface OfferParts {
  options: Pick<SubscribeOptions, 'onBatch' | 'onTrouble'>;
  /** Resolves after so many milliseconds, or at once when the subscription is stopped. */
  wait(milliseconds: number): Promise<void>;
  stopped(): boolean;
  random?: () => number;
}

/** Offers one batch until the caller has taken it; false when the subscription was stopped before that. */
export async function offerUntilTaken(batch: EventBatch, parts: OfferParts): Promise<boolean> {
  const { options, wait, stopped, random } = parts;
  for (let failures = 1; ; failures += 1) {
    try {
      await options.onBatch(batch);
      return true;
    } catch (error) {
      const retryInMs = backoffMs(failures, subscriptionDefaults.backoff, random);
      options.onTrouble?.({ kind: 'batch_rejected', error, retryInMs });
      if (!stopped()) await wait(retryInMs);
      if (stopped()) return false;
    }
  }
}
