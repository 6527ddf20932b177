import type { Channel } from '@homing/contracts';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { deliveryOf, lastAttemptOf, type Attempt, type KnownOutreach } from '../outreach/outreach.state.js';

/** The provider that last took a message of this outreach on this channel: the person knows its sender. */
export function lastTakenBy({ deliveries }: KnownOutreach, channel: Channel): string | undefined {
  const taken = deliveries
    .filter((delivery) => delivery.channel === channel)
    .flatMap(({ attempts }) => attempts.filter(wasTaken))
    .toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  return taken.at(-1)?.provider;
}

const wasTaken = ({ answer, settled }: Attempt): boolean =>
  answer?.kind === 'accepted' || (answer === undefined && settled?.outcome === 'sent');

/** The provider that surely did not take the delivery's last attempt. */
export function lastRefusedBy(state: KnownOutreach, leg: number): string | undefined {
  const delivery = deliveryOf(state, leg);
  const last = delivery && lastAttemptOf(delivery);
  return last && attemptState(last) === 'failed' && !wasTaken(last) ? last.provider : undefined;
}
