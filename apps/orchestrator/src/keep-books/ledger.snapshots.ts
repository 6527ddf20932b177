import type { BalanceState } from '@homing/domain';
import type { Snapshots } from '@homing/event-store/ledger';
import type { LedgerSnapshots } from '@homing/read-model';

/** Appends of one stream between two snapshots of it. */
const EVERY = 200n;

/**
 * Keeps long balances where a restart finds them. A cache beside the truth: what cannot be saved or read costs a longer read.
 * A snapshot further on than its stream (a store restored from a backup) is passed over by its reader.
 */
export function ledgerSnapshots(stored: LedgerSnapshots): Snapshots<BalanceState> {
  const saved = new Map<string, bigint>();
  return {
    load: async (stream) => {
      const snapshot = await stored.load(stream).catch(() => undefined);
      if (!snapshot) return undefined;
      const state = JSON.parse(snapshot.body) as BalanceState;
      // Of a version that did not count reservations: read the stream instead.
      if ((state as Partial<BalanceState>).serial === undefined) return undefined;
      saved.set(stream, snapshot.revision);
      return { revision: snapshot.revision, state };
    },
    save: (stream, { state, revision }) => {
      if (revision === 'no_stream' || revision - (saved.get(stream) ?? -1n) < EVERY) return;
      if (saved.size > 10_000) saved.clear();
      saved.set(stream, revision);
      stored.save(stream, { revision, body: JSON.stringify(state) }).catch(() => saved.delete(stream));
    },
  };
}
