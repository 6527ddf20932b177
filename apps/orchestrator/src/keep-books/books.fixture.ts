import { DEFAULT_POLICY } from '@homing/domain';
import type { EventStore } from '@homing/event-store';
import { createLedgers } from '@homing/event-store/ledger';
import type { DecideParts } from '../decide-outreach/decide.batch.js';
import type { FollowParts } from '../follow-outreach/outreach.follower.js';
import { PRODUCT_RULES } from './policy.gatherer.js';

/** Books over a store, under the product's own rules: for specs that are about something else. */
export function plainBooks(
  store: Pick<EventStore, 'append' | 'readStream'>,
  now: () => string,
): Pick<DecideParts & FollowParts, 'books' | 'suppressed' | 'openReservations'> & {
  rulesOf: FollowParts['rulesOf'];
  rulesOfBatch: DecideParts['rulesOf'];
} {
  return {
    books: createLedgers({ store, instance: 'spec', now }),
    suppressed: () => Promise.resolve(new Set()),
    openReservations: () => Promise.resolve([]),
    rulesOf: () => Promise.resolve(PRODUCT_RULES),
    rulesOfBatch: (requests) => Promise.resolve(requests.map(() => ({ policy: DEFAULT_POLICY, zone: 'UTC' }))),
  };
}
