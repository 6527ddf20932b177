import type { OutreachEvent, SettledOutcome } from '@homing/contracts';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import type { KnownOutreach, OutreachState } from '../outreach/outreach.state.js';
import { chainClosing } from '../sequence/chain.closing.js';
import { chainStand, type ChainOver } from '../sequence/chain.stand.js';
import { REACHED, type AttemptState } from './attempt-state.policy.js';
import { isLastWord } from './channel-facts.policy.js';
import { deliveryState, type DeliveryState } from './delivery-state.policy.js';

/**
 * Adds `OutreachSettled` to events that leave nothing of ours pending, so that both are one append. An outreach settles once:
 * later facts are recorded, but what was done on its settling stays done.
 */
export function withSettlement(state: OutreachState, events: readonly OutreachEvent[], now: string): OutreachEvent[] {
  const before = events.reduce(evolveOutreach, state);
  if (before.status !== 'active') return [...events];
  const closing = chainClosing(before, now);
  const all = [...events, ...closing];
  const after = closing.reduce(evolveOutreach, before);
  if (after.status !== 'active') return all;
  const states = after.deliveries.map(deliveryState);
  // A step that was given up while nobody knew whether it was sent is still open: it may have reached the person.
  const open = after.deliveries.filter(
    (delivery, i) =>
      states[i] === 'outcome_unknown' || (!delivery.closed && !isReached(states[i]) && !isLastWord(delivery, now)),
  ).length;
  const reached = states.some(isReached);
  const done = isOver(after, now, { open, reached });
  const outcome = done ? settledOutcome(states, reached) : undefined;
  return outcome ? [...all, { type: 'OutreachSettled', data: { outcome, at: now } }] : all;
}

/** A chain ends when its last step has; one channel that reached the person ends any other; channels tried at once each run their course. */
function isOver(
  state: KnownOutreach,
  now: string,
  { open, reached }: { readonly open: number; readonly reached: boolean },
): boolean {
  const stand = chainStand(state, now);
  if (!stand) return open === 0 || (reached && state.request.strategy !== 'parallel');
  if (stand.kind !== 'over') return false;
  return open === 0 || (reached && MET_OR_STOPPED.has(stand.over));
}

const MET_OR_STOPPED: ReadonlySet<ChainOver> = new Set(['not_needed', 'replied', 'unsubscribed', 'complained']);

const TAKEN: ReadonlySet<DeliveryState> = new Set<DeliveryState>(['queued', 'sent', 'deferred']);

const isReached = (state: DeliveryState | undefined): boolean => REACHED.has(state as AttemptState);

function settledOutcome(states: readonly DeliveryState[], reached: boolean): SettledOutcome | undefined {
  if (reached) return 'delivered';
  // Of several deliveries one that was taken names the outcome, else the last one tried.
  const last = states.findLast((state) => TAKEN.has(state)) ?? states.at(-1);
  switch (last) {
    case undefined:
      return undefined;
    case 'queued':
    case 'sent':
    case 'deferred':
      return 'sent';
    case 'bounced':
    case 'dropped':
    case 'undelivered':
    case 'assumed_sent':
    case 'skipped':
    case 'expired':
    case 'cancelled':
      return last;
    default:
      return 'failed';
  }
}
