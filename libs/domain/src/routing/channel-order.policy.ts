import { CHANNELS, type Channel } from '@homing/contracts';
import type { SelectChannel } from './selection.command.js';
import type { ScoredChannel } from './channel-score.policy.js';

export type PlaceReason = 'preference' | 'priority' | 'score' | 'explored' | 'booked';

export interface PlacedChannel extends ScoredChannel {
  readonly rank: number;
  readonly reason: PlaceReason;
}

export interface ChannelOrder {
  /** Best first. */
  readonly placed: readonly PlacedChannel[];
  /** With which the first was chosen, 0..1. Absent where it is adopted from an earlier try. */
  readonly probability?: number;
}

/**
 * The order of the channels: what the person prefers, in their order; then what has priority, in its order; then the rest by score;
 * equal scores as in `CHANNELS`. Tiers rather than a bonus on the score: a wish and a rule are said on purpose and are kept whatever an
 * estimate says, so that whoever sets one can foretell what it does; a bonus would be outweighed now and then, and need explaining
 * each time. Only channels that neither names are compared by score, and only they are ever drawn.
 */
export function orderChannels(scored: readonly ScoredChannel[], command: SelectChannel): ChannelOrder {
  const { inputs, policy, pinned } = command;
  const preferred = inputs.preferred ?? [];
  const { channelPriority } = policy.selection;
  const place = (list: readonly Channel[], channel: Channel): number =>
    list.includes(channel) ? list.indexOf(channel) : list.length;
  const sorted = [...scored].sort(
    (a, b) =>
      place(preferred, a.channel) - place(preferred, b.channel) ||
      place(channelPriority, a.channel) - place(channelPriority, b.channel) ||
      b.score - a.score ||
      CHANNELS.indexOf(a.channel) - CHANNELS.indexOf(b.channel),
  );
  const ruled = (channel: Channel): PlaceReason =>
    preferred.includes(channel) ? 'preference' : channelPriority.includes(channel) ? 'priority' : 'score';
  const placed = (first: ScoredChannel | undefined, reason?: PlaceReason): PlacedChannel[] =>
    [...sorted.filter((each) => each === first), ...sorted.filter((each) => each !== first)].map((each, i) => ({
      ...each,
      rank: i + 1,
      reason: (each === first && reason) || ruled(each.channel),
    }));
  const [best] = sorted;
  const adopted = pinned === undefined ? undefined : sorted.find(({ channel }) => channel === pinned);
  if (pinned !== undefined)
    return { placed: placed(adopted ?? best, adopted && adopted !== best ? 'booked' : undefined) };
  const equals = best && ruled(best.channel) === 'score' ? sorted : sorted.slice(0, 1);
  const { index, probability } = drawn(equals.length, policy.selection.exploration, inputs.draw);
  return { placed: placed(equals[index], index === 0 ? undefined : 'explored'), probability };
}

export interface Drawn {
  readonly index: number;
  readonly probability: number;
}

/**
 * Which of `count` channels, best first, a draw chooses: the best for draws below `1 - rate`, beyond it each of all in equal parts. So
 * the best has the probability `1 - rate + rate / count`, every other `rate / count`.
 */
export function drawn(count: number, rate: number, draw: number | undefined): Drawn {
  if (count < 2 || rate <= 0 || draw === undefined) return { index: 0, probability: 1 };
  const over = draw - (1 - rate);
  const index = over < 0 ? 0 : Math.min(count - 1, Math.floor((over / rate) * count));
  return { index, probability: (index === 0 ? 1 - rate : 0) + rate / count };
}
