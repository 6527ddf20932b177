import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';

/** So many turns at one provider, `spacingMs` apart. */
export type TurnsWanted = {
  readonly provider: string;
  /** From 1. */
  readonly count: number;
  readonly spacingMs: number;
  /** Turns that would begin later than this are not given. */
  readonly horizonMs: number;
};

export type TurnReader = {
  /**
   * Takes turns, in one statement; they are nobody else's. Answers how long after its own clock's now the first of them begins, in
   * milliseconds, negative where that is past; undefined where none was given.
   */
  take(wanted: TurnsWanted): Promise<number | undefined>;
};

/** Turns of all gateways, in order. Needs `vault_open`. */
export function createTurnReader(db: VaultDatabase): TurnReader {
  return {
    take: async ({ provider, count, spacingMs, horizonMs }) => {
      // Rounded up: the last place of a timestamp is a microsecond.
      const span = sql`${Math.ceil(count * spacingMs * 1_000)} * interval '1 microsecond'`;
      const { rows } = await sql<{ begins: number }>`
        insert into vault.provider_turn as t (provider, free_at) values (${provider}, clock_timestamp() + ${span})
        on conflict (provider) do update set free_at = greatest(t.free_at, clock_timestamp()) + ${span}
          where t.free_at < clock_timestamp() + ${horizonMs} * interval '1 millisecond'
        returning extract(epoch from (t.free_at - ${span} - clock_timestamp()))::float8 * 1000 as begins`.execute(db);
      return rows[0]?.begins;
    },
  };
}
