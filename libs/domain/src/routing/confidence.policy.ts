import type { SelectChannel } from './selection.command.js';
import type { PlacedChannel } from './channel-order.policy.js';
import { round4 } from './channel-score.policy.js';

/** A lead in score that leaves no doubt. */
export const FULL_MARGIN = 0.25;

/**
 * How sure the choice is, 0..1: half of it the lead over the best other channel (1 from `FULL_MARGIN` on, and where there is no other or a
 * wish or rule decided; 0 where a better one was passed over), half the messages it rests on, `n / (n + prior strength)`: those sent by this
 * channel to people of this type, or to all where the type is not known.
 */
export function confidenceOf(placed: readonly PlacedChannel[], { request, inputs, policy }: SelectChannel): number {
  const [chosen, ...others] = placed;
  if (!chosen) return 0;
  const decidedByRule = chosen.reason === 'preference' || chosen.reason === 'priority';
  const lead = chosen.score - Math.max(0, ...others.map(({ score }) => score));
  const margin = others.length === 0 || decidedByRule ? 1 : Math.min(1, Math.max(0, lead / FULL_MARGIN));
  const history = request.customerType === undefined ? inputs.engagement?.tenant : inputs.engagement?.customerType;
  const seen = Math.max(0, history?.[chosen.channel]?.sent ?? 0);
  const { priorStrength } = policy.selection;
  const evidence = seen === 0 ? 0 : seen / (seen + priorStrength);
  return round4((margin + evidence) / 2);
}
