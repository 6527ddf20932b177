// Simulated people who take to one channel each kind: the selector has to find out which.
import { describe, expect, it } from '@jest/globals';
import type { Channel } from '@homing/contracts';
import { selectChannels } from './channel-selection.policy.js';
import { choosing } from './selection.fixture.js';
import type { EngagementCount } from './selection.state.js';

const CHANNELS = ['email', 'sms', 'whatsapp'] as const;
type Planted = Readonly<Record<string, Channel>>;
const TYPES = ['new', 'existing', 'partner'] as const;
const WARM_UP = 2_000;
const PEOPLE = 1_000;
const ENGAGE = { planted: 0.5, other: 0.1 };

/** A seeded generator of numbers in [0, 1): mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The share of people after the warm-up who are reached on their channel, and of messages that engage. */
function live(planted: Planted, seed: number): { found: number; engaged: number } {
  const random = seeded(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const history = new Map<string, Partial<Record<Channel, EngagementCount>>>();
  const note = (who: string, channel: Channel, engages: boolean): void => {
    const counts = history.get(who) ?? {};
    const { sent, engaged } = counts[channel] ?? { sent: 0, engaged: 0 };
    history.set(who, { ...counts, [channel]: { sent: sent + 1, engaged: engaged + (engages ? 1 : 0) } });
  };
  const seen = { found: 0, engaged: 0 };
  for (let n = 0; n < WARM_UP + PEOPLE; n += 1) {
    const warm = n >= WARM_UP;
    const customerType = pick(TYPES);
    const { ranked } = selectChannels(
      choosing({
        channels: CHANNELS,
        request: {
          customerType,
          device: pick(['mobile', 'desktop', 'tablet']),
          urgency: pick(['low', 'normal', 'high']),
        },
        inputs: {
          localHour: pick([8, 11, 15, 19]),
          draw: random(),
          engagement: { tenant: history.get('all') ?? {}, customerType: history.get(customerType) ?? {} },
        },
        selection: { exploration: warm ? 0 : 0.2 },
      }),
    );
    const channel = ranked[0]?.channel ?? 'phone';
    const engages = random() < (channel === planted[customerType] ? ENGAGE.planted : ENGAGE.other);
    note('all', channel, engages);
    note(customerType, channel, engages);
    if (warm && channel === planted[customerType]) seen.found += 1;
    if (warm && engages) seen.engaged += 1;
  }
  return { found: seen.found / PEOPLE, engaged: seen.engaged / PEOPLE };
}

describe('a planted preference', () => {
  const six = CHANNELS.flatMap((a, i) =>
    [1, 2].map((step): Planted => ({
      new: a,
      existing: CHANNELS[(i + step) % 3] ?? a,
      partner: CHANNELS[(i + 2 * step) % 3] ?? a,
    })),
  );

  it.each(six)('is found for more than nine in ten people: %j', (planted) => {
    for (const seed of [1, 2]) {
      const { found, engaged } = live(planted, seed);
      expect(found).toBeGreaterThan(0.9);
      // Always the same channel would engage a third of the people at the planted rate.
      expect(engaged).toBeGreaterThan((ENGAGE.planted + 2 * ENGAGE.other) / 3);
    }
  });
});
