import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase, VaultTables } from '../database/vault.tables.js';
import { decodeCursor, encodeCursor, InvalidCursorError } from '../database/page.cursor.js';
import type { LetterFilter, LetterView, SeenAction, SeenLetter, Viewer } from './letters.types.js';
import { ownedBy } from './owner.condition.js';
import { countSignals, listSignals } from './signal.view.js';

/** @param db connected as `vault_api`: row-level security shows the viewer's tenant, and to operators what is nobody's */
export function createLetterView(db: VaultDatabase): LetterView {
  const view = <T>(viewer: Viewer, work: (trx: Transaction<VaultTables>) => Promise<T>): Promise<T> =>
    withTenant(db, viewer.tenantId, async (trx) => {
      if (viewer.operator) await sql`select set_config('homing.operator', 'on', true)`.execute(trx);
      return work(trx);
    });
  return {
    list: (viewer, filter) =>
      view(viewer, async (trx) => {
        const { rows } = await lettersPage(viewer, filter).execute(trx);
        const found = rows.map(toSeen);
        const items = found.slice(0, filter.limit);
        const last = items.at(-1);
        if (found.length <= filter.limit || last === undefined) return { items };
        return { items, nextCursor: encodeCursor([last.buriedAt, last.id]) };
      }),
    find: (viewer, id) =>
      view(viewer, async (trx) => {
        const { rows } = await sql<LetterRow>`select ${columns} from desk.dead_letter where id = ${id}
          and (tenant_id = ${viewer.tenantId} or (${viewer.operator}::boolean and tenant_id is null))`.execute(trx);
        return rows[0] && toSeen(rows[0]);
      }),
    actions: (viewer, id) =>
      view(viewer, async (trx) => {
        const { rows } = await sql<Omit<SeenAction, 'at'> & { at: Date }>`select * from (
          select id, at, actor, action from desk.action where letter_id = ${id} order by id desc limit 100) a order by id`.execute(
          trx,
        );
        return rows.map(({ at, actor, action }) => ({ at: at.toISOString(), actor, action }));
      }),
    listSignals: (viewer, filter) => view(viewer, (trx) => listSignals(trx, viewer, filter)),
    countSignals: (viewer, owner) => view(viewer, (trx) => countSignals(trx, viewer, owner)),
  };
}

const columns = sql`id, tenant_id as "tenantId", consumer, reason, faults, subject, source_stream as "sourceStream",
  source_sequence as "sourceSequence", stored_at as "storedAt", buried_at as "buriedAt", size, digest, state,
  resolved_at as "resolvedAt", resolved_by as "resolvedBy", resolution_reason as "resolutionReason", outreach_id as "outreachId"`;

type LetterRow = Omit<SeenLetter, 'source' | 'storedAt' | 'buriedAt' | 'resolution'> & {
  sourceStream: string | null;
  sourceSequence: string | null;
  storedAt: Date;
  buriedAt: Date;
  resolvedAt: Date | null;
  resolvedBy: string | null;
  resolutionReason: string | null;
  outreachId: string | null;
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function lettersPage(viewer: Viewer, filter: LetterFilter) {
  const { owner, consumer, reason, state, cursor, limit } = filter;
  const conditions = [
    ownedBy(viewer, owner),
    ...(consumer === undefined ? [] : [sql`consumer = ${consumer}`]),
    ...(reason === undefined ? [] : [sql`reason = ${reason}`]),
    ...(state === undefined ? [] : [sql`state = ${state}`]),
  ];
  if (cursor !== undefined) {
    const [buriedAt, id = ''] = decodeCursor(cursor, 1);
    if (!uuid.test(id)) throw new InvalidCursorError();
    conditions.push(sql`(buried_at, id) < (${buriedAt}::timestamptz, ${id}::uuid)`);
  }
  return sql<LetterRow>`select ${columns} from desk.dead_letter where ${sql.join(conditions, sql` and `)}
    order by buried_at desc, id desc limit ${limit + 1}`;
}

function toSeen(row: LetterRow): SeenLetter {
  const {
    sourceStream: stream,
    sourceSequence: sequence,
    resolvedAt,
    resolvedBy,
    resolutionReason,
    outreachId,
    ...rest
  } = row;
  const resolution =
    row.state === 'open' || resolvedAt === null
      ? null
      : {
          state: row.state,
          resolvedAt: resolvedAt.toISOString(),
          ...(resolvedBy === null ? {} : { resolvedBy }),
          ...(resolutionReason === null ? {} : { reason: resolutionReason }),
          ...(outreachId === null ? {} : { outreachId }),
        };
  return {
    ...rest,
    source: stream === null || sequence === null ? null : { stream, sequence },
    storedAt: row.storedAt.toISOString(),
    buriedAt: row.buriedAt.toISOString(),
    resolution,
  };
}
