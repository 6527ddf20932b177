import type { TurnReader } from '@homing/vault/gate';
import { ProviderTurns } from './provider.turns.js';

/** The turns of a database, on a clock that moves by what asking takes; gateways share them. */
export function sharedTurns(latencyMs: () => number = () => 1, clock: { now: number } = { now: 50_000 }) {
  let asked = 0;
  const freeAt = new Map<string, number>();
  const reader: TurnReader = {
    take: async ({ provider, count, spacingMs, horizonMs }) => {
      asked += 1;
      clock.now += latencyMs();
      const free = freeAt.get(provider) ?? clock.now;
      if (free >= clock.now + horizonMs) return undefined;
      const first = Math.max(free, clock.now);
      freeAt.set(provider, first + count * spacingMs);
      const begins = first - clock.now;
      clock.now += latencyMs();
      return begins;
    },
  };
  const timing = { monotonic: () => clock.now, sleep: async (ms: number) => void (clock.now += ms) };
  const gateway = (rates: Readonly<Record<string, number>>) =>
    new ProviderTurns({ reader, rates: new Map(Object.entries(rates)), timing });
  return { gateway, reader, timing, asked: () => asked, pass: (ms: number) => void (clock.now += ms) };
}

/** The most starts that any second sees. */
export function mostInASecond(starts: readonly number[]): number {
  const sorted = starts.toSorted((a, b) => a - b);
  const from = (i: number): number =>
    sorted.filter((at) => at >= (sorted[i] ?? 0) && at < (sorted[i] ?? 0) + 1_000).length;
  return Math.max(0, ...sorted.map((_, i) => from(i)));
}
