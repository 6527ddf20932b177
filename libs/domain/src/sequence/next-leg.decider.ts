import type { ChainStep, OutreachEvent } from '@homing/contracts';
import type { LegAnswer } from '../delivery/rebooking.policy.js';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import type { OutreachState } from '../outreach/outreach.state.js';
import { passedOver } from './chain.closing.js';
import { chainStand } from './chain.stand.js';

/** The step that is to be planned and booked before `react` can go on. */
export interface WantedLeg {
  readonly step: ChainStep;
  /** Of the leg, as it stands: an answer from before it was abandoned is void. */
  readonly fence: number;
}

/** Undefined while the running step has its time, and where no step follows. */
export function legWanted(state: OutreachState, now: string): WantedLeg | undefined {
  const stand = state.status === 'active' ? chainStand(state, now) : undefined;
  if (stand?.kind !== 'next' || state.status !== 'active') return undefined;
  return { step: stand.step, fence: state.fences?.[stand.step.step] ?? 0 };
}

/**
 * The next step of a chain, once it is booked: what ran ends and the next leg is scheduled, as one append. A step that could not be
 * planned is passed over, and what ran goes on until a later one could. Without an answer nothing follows yet.
 */
export function followChain(
  state: OutreachState,
  answers: ReadonlyMap<number, { readonly kind: string }>,
  now: string,
): OutreachEvent[] {
  const wanted = legWanted(state, now);
  if (!wanted || state.status !== 'active') return [];
  const answer = answers.get(wanted.step.step) as LegAnswer | undefined;
  if (!answer || answer.fence !== wanted.fence) return [];
  if (answer.kind === 'passed_over') {
    const { step, reason } = answer;
    const passed = passedOver(state, wanted.step, { reason, step, at: now });
    return [passed, ...followChain(evolveOutreach(state, passed), answers, now)];
  }
  const stand = chainStand(state, now);
  if (stand?.kind !== 'next') return [];
  const { plan } = answer;
  const deliveryId = `${state.request.outreachId}.${plan.leg}`;
  const of = { deliveryId, leg: plan.leg, channel: plan.channel };
  const { giveUp, because } = stand;
  return [
    ...(giveUp
      ? [
          {
            type: 'DeliveryGivenUp',
            data: {
              deliveryId: giveUp.deliveryId,
              leg: giveUp.leg,
              channel: giveUp.channel,
              reason: `${because}_in_time`,
              at: now,
            },
          } as const,
        ]
      : []),
    { type: 'FallbackPlanned', data: { ...of, because, plan, at: now } },
    { type: 'DeliveryScheduled', data: { ...of, sendAt: plan.sendAt, expiresAt: state.request.expiresAt } },
  ];
}
