import { sql } from 'kysely';
import type { ReadModelDb } from '../connection/read-model.connection.js';
import { checkedSchema, LIVE_SCHEMA } from '../connection/schema.name.js';
import { PROJECTION } from '../queries/projection.name.js';

/** The schema is the live one, or holds something else than a read model. Name another one. */
export class NotOursError extends Error {
  readonly safeMessage = true;
  readonly code = 'NOT_A_REBUILT_SCHEMA';

  constructor(schema: string) {
    super(`the schema ${schema} is not one that a rebuild made`);
    this.name = 'NotOursError';
  }
}

/** How far an earlier rebuild came; undefined when there is no such schema. @throws NotOursError */
export async function rebuiltPosition(db: ReadModelDb, schema: string): Promise<bigint | undefined> {
  const { rows } = await sql<{
    there: boolean;
    ours: boolean;
  }>`select to_regnamespace(${checkedSchema(schema)}) is not null as there,
    to_regclass(${`${schema}.checkpoint`}) is not null and to_regclass(${`${schema}.kysely_migration`}) is not null as ours`.execute(
    db,
  );
  if (!rows[0]?.there) return undefined;
  if (!rows[0].ours || schema === LIVE_SCHEMA) throw new NotOursError(schema);
  const found = await sql<{ position: bigint }>`select position from ${sql.id(schema, 'checkpoint')}
    where name = ${PROJECTION}`.execute(db);
  return found.rows[0]?.position ?? 0n;
}

/** Drops what a rebuild made, as the owner. @throws NotOursError */
export async function dropRebuilt(db: ReadModelDb, schema: string): Promise<void> {
  if ((await rebuiltPosition(db, schema)) === undefined) return;
  await sql`drop schema ${sql.id(schema)} cascade`.execute(db);
}
