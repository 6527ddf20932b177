import type { ProviderSignal } from '@homing/contracts';
import type { PlacedSignal, SignalKey, SignalPark } from '@homing/vault/desk';

const keyOf = ({ provider, providerEventId, fact }: SignalKey): string => `${provider} ${providerEventId} ${fact}`;

/** A park in memory that does what the real one promises. */
export function parkInMemory() {
  const rows = new Map<string, PlacedSignal<ProviderSignal> & { readonly expiresAt: string }>();
  const sorted = () =>
    [...rows.values()].sort((a, b) => compare(a.parkedAt, b.parkedAt) || compare(keyOf(a), keyOf(b)));
  const park: SignalPark<ProviderSignal> = {
    park: async (signals, { now, expiresAt }) => {
      const fresh = signals.filter((signal) => !rows.has(keyOf(signal)));
      for (const signal of fresh) rows.set(keyOf(signal), { ...signal, parkedAt: now, expiresAt });
      return fresh.length;
    },
    list: async ({ since, after, limit }) => {
      const placeOf = (each: SignalKey & { parkedAt: string }) => `${each.parkedAt} ${keyOf(each)}`;
      return sorted()
        .filter((each) => each.parkedAt >= since && (!after || placeOf(each) > placeOf(after)))
        .slice(0, limit);
    },
    remove: async (keys) => keys.forEach((key) => rows.delete(keyOf(key))),
    expire: async (now) => {
      const gone = sorted().filter(({ expiresAt }) => expiresAt <= now);
      gone.forEach((each) => rows.delete(keyOf(each)));
      return gone;
    },
    keepNewest: async (most) => {
      const gone = sorted().reverse().slice(most);
      gone.forEach((each) => rows.delete(keyOf(each)));
      return gone.length;
    },
    count: async () => rows.size,
  };
  return { park, rows };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
