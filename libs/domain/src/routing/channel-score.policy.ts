import { SELECTION_FACTORS, type Channel, type FactorScore, type SelectionFactor } from '@homing/contracts';
import type { SelectChannel } from './selection.command.js';
import { engagementRate } from './engagement.estimate.js';
import {
  CUSTOMER_TYPE_SCALE,
  dayPartOf,
  DEVICE_SCALE,
  scaled,
  TIME_OF_DAY_SCALE,
  URGENCY_SCALE,
} from './factor.scales.js';
import type { ViableChannel } from './viability.policy.js';

export type FactorScores = Readonly<Record<SelectionFactor, FactorScore>>;

export interface ScoredChannel extends ViableChannel {
  /** The sum of the factors' contributions, 0..1, to four decimals. */
  readonly score: number;
  readonly factors: FactorScores;
}

/** Four decimals: what is recorded, and what is compared. */
export const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;

/** The weighted score of each channel, in the order given. */
export function scoreChannels(viable: readonly ViableChannel[], command: SelectChannel): ScoredChannel[] {
  const rates = viable.map(({ channel }) => rateOf(channel, command));
  const best = Math.max(0, ...rates);
  return viable.map((each, i) => {
    const rate = rates[i] ?? 0;
    const raws = rawFactors(each.channel, command, { rate, standing: best === 0 ? 1 : rate / best });
    const { weights } = command.policy.selection;
    const scored = SELECTION_FACTORS.map((factor) => {
      const contribution = raws[factor] * weights[factor];
      return { factor, contribution, recorded: { raw: round4(raws[factor]), contribution: round4(contribution) } };
    });
    const score = Math.min(1, round4(scored.reduce((sum, { contribution }) => sum + contribution, 0)));
    const factors = Object.fromEntries(scored.map(({ factor, recorded }) => [factor, recorded]));
    return { ...each, score, factors: factors as Record<SelectionFactor, FactorScore> };
  });
}

const rateOf = (channel: Channel, { inputs: { engagement }, policy }: SelectChannel): number =>
  engagementRate(channel, {
    prior: policy.channels[channel]?.prior ?? 0,
    strength: policy.selection.priorStrength,
    history: engagement,
  });

interface ChannelRate {
  /** Share of messages that engage. */
  readonly rate: number;
  /** That share against the best of the channels that can be used. */
  readonly standing: number;
}

function rawFactors(
  channel: Channel,
  { request, inputs, policy }: SelectChannel,
  { rate, standing }: ChannelRate,
): Readonly<Record<SelectionFactor, number>> {
  const { priorStrength } = policy.selection;
  const seen = Math.max(0, inputs.engagement?.customerType[channel]?.sent ?? 0);
  const assumed = scaled(CUSTOMER_TYPE_SCALE, request.customerType, channel);
  const part = inputs.localHour === undefined ? undefined : dayPartOf(inputs.localHour);
  return {
    // What the product assumes of such people gives way to how the tenant's own people of that type take to the channel.
    customerType:
      priorStrength + seen === 0 ? assumed : (priorStrength * assumed + seen * standing) / (priorStrength + seen),
    engagement: rate,
    device: scaled(DEVICE_SCALE, request.device, channel),
    urgency: scaled(URGENCY_SCALE, request.urgency, channel),
    timeOfDay: scaled(TIME_OF_DAY_SCALE, part, channel),
  };
}
