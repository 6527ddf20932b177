import { ledgerKindOf, reservationKey } from '@homing/contracts';
import { mayHaveReached } from '../delivery/delivery-state.policy.js';
import type { OutreachState } from '../outreach/outreach.state.js';

/** The contact slots that an outreach keeps for good once it has settled: the person may have been reached. */
export function keptSlotsOf(state: OutreachState): { readonly stream: string; readonly key: string }[] {
  if (state.status !== 'settled') return [];
  const { outreachId } = state.request;
  return state.deliveries.flatMap((delivery) => {
    const { booking, ledgers = [], leg } = delivery;
    if (!booking || !mayHaveReached(delivery)) return [];
    const key = reservationKey({ outreachId, leg, round: booking.round, charge: 1 });
    return ledgers.filter((stream) => ledgerKindOf(stream) === 'person').map((stream) => ({ stream, key }));
  });
}
