import type { ExcludedChannel, SelectionRecord } from '@homing/contracts';
import { orderChannels, type PlacedChannel } from './channel-order.policy.js';
import { scoreChannels } from './channel-score.policy.js';
import { confidenceOf } from './confidence.policy.js';
import { recommendationsFor } from './recommendation.policy.js';
import type { SelectChannel } from './selection.command.js';
import { viableChannels } from './viability.policy.js';

export interface ChannelSelection {
  /** What can be used, best first; the first is chosen. */
  readonly ranked: readonly PlacedChannel[];
  readonly excluded: readonly ExcludedChannel[];
  /** 0..1, in the first. */
  readonly confidence: number;
  readonly record: SelectionRecord;
}

/** Which channels can be used, best first with all their scores are made of, and why each other one cannot. */
export function selectChannels(command: SelectChannel): ChannelSelection {
  const { viable, excluded } = viableChannels(command);
  const { placed, probability } = orderChannels(scoreChannels(viable, command), command);
  const { weights, exploration } = command.policy.selection;
  return {
    ranked: placed,
    excluded,
    confidence: confidenceOf(placed, command),
    record: {
      weights,
      exploration,
      ...(probability === undefined ? {} : { probability: round6digits(probability) }),
      recommendations: recommendationsFor(placed[0], command),
    },
  };
}

/** To six digits that count, so that what could happen is never recorded as impossible: an evaluation divides by it. */
const round6digits = (probability: number): number => Number(probability.toPrecision(6));
