import type { Channel } from '@homing/contracts';
import type { EngagementCount, EngagementCounts, EngagementHistory } from './selection.state.js';

const NOTHING: EngagementCount = { sent: 0, engaged: 0 };

/**
 * The posterior mean of a Beta-binomial model: an expectation that weighs `strength` messages, and what was seen. Nothing seen: the
 * expectation itself; much seen: the share seen.
 */
export function posteriorMean(expected: number, strength: number, seen: EngagementCount = NOTHING): number {
  const sent = Math.max(0, seen.sent);
  const engaged = Math.min(sent, Math.max(0, seen.engaged));
  return strength + sent === 0 ? expected : (strength * expected + engaged) / (strength + sent);
}

/**
 * The share of messages by a channel that engage, 0..1. Each narrower history is shrunk toward the wider: the product's prior of the
 * channel, then what the tenant sees over all channels, then on this channel, then on this channel with people of this type. So a
 * channel the tenant never used stands where its channels stand as a whole, neither better nor worse than what it knows.
 */
export function engagementRate(
  channel: Channel,
  { prior, strength, history }: { prior: number; strength: number; history: EngagementHistory | undefined },
): number {
  const tenant = posteriorMean(prior, strength, total(history?.tenant ?? {}));
  const onChannel = posteriorMean(tenant, strength, history?.tenant[channel]);
  return posteriorMean(onChannel, strength, history?.customerType[channel]);
}

const total = (counts: EngagementCounts): EngagementCount =>
  Object.values(counts).reduce(
    (sum, { sent, engaged }) => ({ sent: sum.sent + sent, engaged: sum.engaged + engaged }),
    NOTHING,
  );
