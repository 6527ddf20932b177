import { outreachStream, type StoreMark } from '@homing/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import type { StoreMarkRow, TimelineRow } from '../tables/read-model.tables.js';

/** One store, one mark. */
const NAME = 'event-store';

/** The mark as this database keeps it; undefined when there is none. */
export async function keptMark({ db }: Pick<ReadModelConnection, 'db'>): Promise<StoreMark | undefined> {
  const row = await db.selectFrom('storeMark').selectAll().where('name', '=', NAME).executeTakeFirst();
  return row && markOf(row);
}

/** Keeps a mark. One that is not later than what is kept changes nothing. */
export async function keepMark({ db, schema }: ReadModelConnection, mark: StoreMark): Promise<void> {
  await markWrite(schema, mark).execute(db);
}

export function markWrite(schema: string, mark: StoreMark): RawBuilder<unknown> {
  const { generation, position, stream, revision, recordedAt, missingSince = null } = mark;
  return sql`insert into ${sql.id(schema, 'store_mark')} as m
    (name, generation, position, stream, revision, recorded_at, missing_since)
    values (${NAME}, ${generation}, ${position}, ${stream}, ${revision}, ${recordedAt}::timestamptz, ${missingSince}::timestamptz)
    on conflict (name) do update set generation = excluded.generation, position = excluded.position, stream = excluded.stream,
      revision = excluded.revision, recorded_at = excluded.recorded_at, missing_since = excluded.missing_since
    where (m.generation, m.position, m.missing_since is not null)
      < (excluded.generation, excluded.position, excluded.missing_since is not null)`;
}

/** The last event that is in the rows, as a mark of the first generation: for a database that has kept none yet. */
export async function markOfRows({ db }: Pick<ReadModelConnection, 'db'>): Promise<StoreMark | undefined> {
  const row: Pick<TimelineRow, 'position' | 'outreachId' | 'revision' | 'recordedAt'> | undefined = await db
    .selectFrom('outreachEvents')
    .select(['position', 'outreachId', 'revision', 'recordedAt'])
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && markOf({ ...row, generation: 0, stream: outreachStream(row.outreachId), missingSince: null });
}

function markOf(row: Omit<StoreMarkRow, 'name'>): StoreMark {
  const { generation, position, stream, revision, recordedAt, missingSince } = row;
  return {
    ...{ generation, position: position.toString(), stream, revision: revision.toString(), recordedAt },
    ...(missingSince === null ? {} : { missingSince }),
  };
}
