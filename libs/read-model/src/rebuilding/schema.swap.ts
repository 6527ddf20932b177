import { sql } from 'kysely';
import type { ReadModelTransaction } from '../connection/read-model.connection.js';
import { checkedSchema } from '../connection/schema.name.js';

export interface Swap {
  /** Takes the live one's name. */
  readonly rebuilt: string;
  readonly live: string;
  /** What the live one is called from now on: it stays until somebody drops it. Must not exist. */
  readonly replaced: string;
  /** How long it waits for others to let go of a table, in milliseconds. Default 10 000. */
  readonly lockTimeoutMs?: number;
}

/** Holds the live rows still until the transaction ends: whoever writes them moves one of these first. Returns where they stand. */
export async function holdCheckpoints(trx: ReadModelTransaction, live: string, name: string): Promise<bigint> {
  const { rows } = await sql<{ name: string; position: bigint }>`select name, position
    from ${sql.id(checkedSchema(live), 'checkpoint')} order by name for update`.execute(trx);
  return rows.find((row) => row.name === name)?.position ?? 0n;
}

/**
 * Puts the rebuilt schema in the place of the live one, as one step of a transaction of the owner that holds the checkpoints
 * (`holdCheckpoints`). Carried over: where readers stand (no further than the rebuilt rows), the scheduler's marks. Every leader
 * of before is fenced: it comes back with the rebuilt rows. Left behind: caches.
 * @throws whatever Postgres says, also when somebody does not let go of a table in time; then nothing has changed
 */
export async function swapSchemas(trx: ReadModelTransaction, swap: Swap): Promise<void> {
  const { rebuilt, live, replaced, lockTimeoutMs = 10_000 } = swap;
  const at = (schema: string, table: string) => sql.id(checkedSchema(schema), table);
  await sql`set local lock_timeout = ${sql.lit(lockTimeoutMs)}`.execute(trx);
  await sql`select pg_advisory_xact_lock(hashtext('homing.read-model'))`.execute(trx);
  await sql`insert into ${at(rebuilt, 'checkpoint')} as r (name, position, epoch)
    select l.name, least(l.position, (select max(position) from ${at(rebuilt, 'checkpoint')})), l.epoch + 1
    from ${at(live, 'checkpoint')} as l
    on conflict (name) do update set epoch = greatest(r.epoch, excluded.epoch) + 1`.execute(trx);
  // Whoever waits for the checkpoint has begun a batch: its rows would go to the new place, its position to the old one.
  await sql`update ${at(live, 'checkpoint')} set epoch = epoch + 1`.execute(trx);
  for (const table of ['projection_progress', 'store_mark'])
    await sql`insert into ${at(rebuilt, table)} select * from ${at(live, table)} on conflict (name) do nothing`.execute(
      trx,
    );
  // The owner is bound by row-level security as well, until it says otherwise.
  for (const schema of [live, rebuilt])
    await sql`alter table ${at(schema, 'timetable')} no force row level security`.execute(trx);
  await sql`update ${at(rebuilt, 'timetable')} as r set wakes = l.wakes, last_wake_at = l.last_wake_at,
      wake_at = case when l.due_at = r.due_at then l.wake_at else r.wake_at end
    from ${at(live, 'timetable')} as l
    where l.delivery_id = r.delivery_id and l.kind = r.kind and l.attempt = r.attempt`.execute(trx);
  for (const schema of [live, rebuilt])
    await sql`alter table ${at(schema, 'timetable')} force row level security`.execute(trx);
  await sql`alter schema ${sql.id(live)} rename to ${sql.id(checkedSchema(replaced))}`.execute(trx);
  await sql`alter schema ${sql.id(rebuilt)} rename to ${sql.id(live)}`.execute(trx);
}
