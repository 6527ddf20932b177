import { sql } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import { FixedStatement } from './fixed.statement.js';

/** The right to move one checkpoint. Whoever takes it later fences everybody who took it before. */
export interface ProjectionLease {
  readonly name: string;
  readonly epoch: bigint;
}

/** Where a lease found its checkpoint. */
export interface TakenLease extends ProjectionLease {
  readonly position: bigint;
}

/** Somebody else has taken over or has already written this. Nothing was written here: stand down, then read the checkpoint anew. */
export class ProjectionFencedError extends Error {
  readonly safeMessage = true;
  readonly code = 'PROJECTION_FENCED';

  constructor(readonly checkpoint: string) {
    super(`the checkpoint ${checkpoint} was moved by somebody else`);
    this.name = 'ProjectionFencedError';
  }
}

/** Makes the checkpoint if there is none (at 0) and begins a new epoch of it. */
export async function takeLease(db: ReadModelDb, name: string): Promise<TakenLease> {
  return db
    .insertInto('checkpoint')
    .values({ name, position: 0n, epoch: 1n, updatedAt: sql`now()` })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ epoch: sql`checkpoint.epoch + 1` }))
    .returning(['name', 'epoch', 'position'])
    .executeTakeFirstOrThrow();
}

export interface Advance {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Moves the checkpoint from one position to another and holds its row until the transaction ends.
 * @throws ProjectionFencedError when the lease is no longer ours or the checkpoint does not stand at `from`
 */
export async function advanceCheckpoint(
  { db, schema }: { readonly db: ReadModelDb | ReadModelTransaction; readonly schema: string },
  { name, epoch }: ProjectionLease,
  { from, to }: Advance,
): Promise<void> {
  const moved = await new FixedStatement(
    `advance ${schema}.checkpoint`,
    [to, name, epoch, from],
    () => sql`update ${sql.id(schema, 'checkpoint')} set position = ${to}, updated_at = now()
      where name = ${name} and epoch = ${epoch} and position = ${from}`,
  ).execute(db);
  if (moved.numAffectedRows !== 1n) throw new ProjectionFencedError(name);
}
