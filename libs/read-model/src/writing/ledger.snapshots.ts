import { sql } from 'kysely';
import type { ReadModelConnection } from '../connection/read-model.connection.js';

/** Longest part of a snapshot that is stored as one row, in UTF-16 units: at most 256 kB. */
const CHUNK_LENGTH = 64 * 1024;

/** A fold that is kept outside the truth, so that a restart reads only the tail of a long stream. */
export interface StoredSnapshot {
  readonly revision: bigint;
  /** JSON. */
  readonly body: string;
}

export interface LedgerSnapshots {
  /** The newest whole one. */
  load(stream: string): Promise<StoredSnapshot | undefined>;
  /** Replaces older ones; of two savers the one further on wins. */
  save(stream: string, snapshot: StoredSnapshot): Promise<void>;
}

/** Needs the system role. */
export function createLedgerSnapshots({ db, schema }: ReadModelConnection): LedgerSnapshots {
  const table = sql.id(schema, 'ledger_snapshots');
  return {
    load: async (stream) => {
      const { rows } = await sql<StoredSnapshot>`select revision, string_agg(body, '' order by chunk) as body
        from ${table} where stream = ${stream} group by revision order by revision desc limit 1`.execute(db);
      return rows[0];
    },
    save: async (stream, { revision, body }) => {
      const chunks = chunksOf(body);
      await db.transaction().execute(async (trx) => {
        await sql`insert into ${table} (stream, revision, chunk, body)
          select ${stream}, ${revision}, c.chunk, c.body
          from unnest(${chunks.map((_, i) => i)}::int[], ${chunks}::text[]) as c(chunk, body) on conflict do nothing`.execute(
          trx,
        );
        await sql`delete from ${table} where stream = ${stream} and revision < ${revision}`.execute(trx);
      });
    },
  };
}

function chunksOf(text: string): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < text.length; start += CHUNK_LENGTH) chunks.push(text.slice(start, start + CHUNK_LENGTH));
  return chunks;
}
