import { deadLetterId, type DeadLetterResolution } from '@homing/contracts';
import { sql } from 'kysely';
import type { Selectable, Transaction } from 'kysely';
import type { DeadLetterTable, VaultDatabase, VaultTables } from '../database/vault.tables.js';
import type { DeadLetterFile, DeskLetter, FiledLetter, LetterPlace, NewResolution } from './desk.types.js';

/** How long one who holds a letter may keep others waiting. */
const holdFor = '10s';

/** @param db connected as `vault_desk` */
export function createDeadLetterFile(db: VaultDatabase): DeadLetterFile {
  return {
    file: (letters) => file(db, letters),
    listSuperseded: (letters) => listSuperseded(db, letters),
    hold: (id, work) =>
      db.transaction().execute(async (trx) => {
        await sql`select set_config('lock_timeout', ${holdFor}, true)`.execute(trx);
        const row = await trx
          .selectFrom('desk.dead_letter')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const letter = toLetter(row);
        const { end, answer } = await work(letter);
        return { answer, ...(end ? { resolution: await resolve(trx, letter, end) } : {}) };
      }),
    async noteRead({ id, tenantId }, actor) {
      const note = { letter_id: id, tenant_id: tenantId, actor, action: 'content_read', detail: null };
      await db.insertInto('desk.action').values(note).execute();
    },
    listToRemove: async (limit) => {
      const rows = await db
        .selectFrom('desk.dead_letter')
        .select(['id', 'message_id', 'letter_sequence'])
        .where('state', '<>', 'open')
        .where('removed_at', 'is', null)
        .orderBy('resolved_at')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ id: row.id, messageId: row.message_id, sequence: Number(row.letter_sequence) }));
    },
    async markRemoved(ids) {
      if (ids.length === 0) return;
      await sql`update desk.dead_letter set removed_at = now() where id = any(${[...ids]}::uuid[])`.execute(db);
    },
    async expireBefore(instant) {
      const { rows } = await sql`
        with gone as (
          update desk.dead_letter set state = 'expired', resolved_at = now(), removed_at = now(), subjects = '{}'
          where state = 'open' and buried_at < ${instant}::timestamptz returning id, tenant_id)
        insert into desk.action (letter_id, tenant_id, actor, action) select id, tenant_id, 'desk', 'expired' from gone
        returning 1`.execute(db);
      return rows.length;
    },
    async forgetBefore(instant) {
      const { numAffectedRows } =
        await sql`delete from desk.dead_letter where buried_at < ${instant}::timestamptz`.execute(db);
      return Number(numAffectedRows ?? 0);
    },
    async countOpen() {
      const { rows } = await sql<{ open: string; oldest: Date | null }>`
        select count(*) as open, min(buried_at) as oldest from desk.dead_letter where state = 'open'`.execute(db);
      const oldest = rows[0]?.oldest?.toISOString();
      return { open: Number(rows[0]?.open ?? 0), ...(oldest === undefined ? {} : { oldest }) };
    },
  };
}

async function file(db: VaultDatabase, letters: readonly FiledLetter[]): Promise<number> {
  if (letters.length === 0) return 0;
  const rows = newestOfEach(letters).map((letter) => ({
    id: deadLetterId(letter.messageId),
    message_id: letter.messageId,
    tenant_id: letter.tenantId,
    sealed_tenant: letter.sealedTenant,
    consumer: letter.consumer,
    reason: letter.reason,
    faults: letter.faults,
    subject: letter.subject,
    source_stream: letter.source?.stream ?? null,
    source_sequence: letter.source?.sequence ?? null,
    stored_at: letter.storedAt,
    buried_at: letter.buriedAt,
    size: letter.size,
    digest: letter.digest,
    letter_sequence: letter.sequence,
    subjects: letter.subjects,
  }));
  // One statement and one parameter, however many there are.
  const { numAffectedRows } = await sql`
    insert into desk.dead_letter (id, message_id, tenant_id, sealed_tenant, consumer, reason, faults, subject, source_stream,
      source_sequence, stored_at, buried_at, size, digest, letter_sequence, subjects)
    select * from json_to_recordset(${JSON.stringify(rows)}::json) as w (id uuid, message_id text, tenant_id uuid,
      sealed_tenant text, consumer text, reason text, faults jsonb, subject text, source_stream text, source_sequence bigint,
      stored_at timestamptz, buried_at timestamptz, size integer, digest text, letter_sequence bigint, subjects text[])
    on conflict (id) do update set letter_sequence = excluded.letter_sequence, buried_at = excluded.buried_at
      where dead_letter.state = 'open' and dead_letter.buried_at < excluded.buried_at`.execute(db);
  return Number(numAffectedRows ?? 0);
}

type Copy = Pick<FiledLetter, 'messageId' | 'sequence' | 'buriedAt'>;

/** The bus may keep one letter twice, long after the first time: what could not be handled was delivered again. */
const newestOfEach = <T extends Copy>(copies: readonly T[]): T[] => {
  const byLetter = new Map<string, T>();
  for (const copy of [...copies].sort(byTime)) byLetter.set(copy.messageId, copy);
  return [...byLetter.values()];
};
const byTime = (a: Copy, b: Copy): number => Date.parse(a.buriedAt) - Date.parse(b.buriedAt) || a.sequence - b.sequence;

async function listSuperseded(db: VaultDatabase, given: readonly Copy[]): Promise<LetterPlace[]> {
  const ids = [...new Set(given.map(({ messageId }) => deadLetterId(messageId)))];
  if (ids.length === 0) return [];
  const { rows } = await sql<{ messageId: string; sequence: string; buriedAt: Date; open: boolean }>`
    select message_id as "messageId", letter_sequence as sequence, buried_at as "buriedAt", state = 'open' as open
    from desk.dead_letter where id = any(${ids}::uuid[])`.execute(db);
  const filed = rows.map((row) => ({
    messageId: row.messageId,
    sequence: Number(row.sequence),
    buriedAt: row.buriedAt.toISOString(),
    open: row.open,
  }));
  const ended = new Map(filed.filter(({ open }) => !open).map((copy) => [copy.messageId, copy]));
  const copies: Copy[] = [...filed.filter(({ open }) => open), ...given];
  // Of an ended letter the copy it was filed with is removed by whoever ends it; every other one here.
  const kept = new Set(newestOfEach(copies).map((copy) => keyOf(ended.get(copy.messageId) ?? copy)));
  const superseded = new Map(copies.filter((copy) => !kept.has(keyOf(copy))).map((copy) => [keyOf(copy), copy]));
  return [...superseded.values()].map(({ messageId, sequence }) => ({ messageId, sequence }));
}

const keyOf = ({ messageId, sequence }: LetterPlace): string => `${sequence} ${messageId}`;

async function resolve(
  trx: Transaction<VaultTables>,
  letter: DeskLetter,
  end: NewResolution,
): Promise<DeadLetterResolution> {
  const { state, actor, reason, outreachId, key, digest } = end;
  const { resolved_at } = await trx
    .updateTable('desk.dead_letter')
    .set({
      state,
      resolved_at: sql<Date>`now()`,
      resolved_by: actor,
      resolution_reason: reason ?? null,
      resolution_key: key ?? null,
      resolution_digest: digest ?? null,
      outreach_id: outreachId ?? null,
      subjects: [],
    })
    .where('id', '=', letter.id)
    .returning('resolved_at')
    .executeTakeFirstOrThrow();
  const detail = reason === undefined && outreachId === undefined ? null : JSON.stringify({ reason, outreachId });
  await trx
    .insertInto('desk.action')
    .values({ letter_id: letter.id, tenant_id: letter.tenantId, actor, action: state, detail })
    .execute();
  return {
    state,
    resolvedAt: (resolved_at as Date).toISOString(),
    resolvedBy: actor,
    ...(reason === undefined ? {} : { reason }),
    ...(outreachId === undefined ? {} : { outreachId }),
  };
}

function toLetter(row: Selectable<DeadLetterTable>): DeskLetter {
  const { source_stream: stream, source_sequence: sequence } = row;
  return {
    id: row.id,
    messageId: row.message_id,
    tenantId: row.tenant_id,
    sealedTenant: row.sealed_tenant,
    consumer: row.consumer,
    reason: row.reason as DeskLetter['reason'],
    faults: row.faults as DeskLetter['faults'],
    subject: row.subject,
    source: stream === null || sequence === null ? null : { stream, sequence: Number(sequence) },
    storedAt: row.stored_at.toISOString(),
    buriedAt: row.buried_at.toISOString(),
    size: row.size,
    digest: row.digest,
    sequence: Number(row.letter_sequence),
    ...(row.state === 'open' ? {} : { resolution: resolutionOf(row, row.state) }),
  };
}

function resolutionOf(
  row: Selectable<DeadLetterTable>,
  state: DeadLetterResolution['state'],
): NonNullable<DeskLetter['resolution']> {
  const { resolved_at, resolved_by, resolution_reason, outreach_id, resolution_key, resolution_digest } = row;
  return {
    state,
    resolvedAt: (resolved_at as Date).toISOString(),
    ...(resolved_by === null ? {} : { resolvedBy: resolved_by }),
    ...(resolution_reason === null ? {} : { reason: resolution_reason }),
    ...(outreach_id === null ? {} : { outreachId: outreach_id }),
    ...(resolution_key === null ? {} : { key: resolution_key }),
    ...(resolution_digest === null ? {} : { digest: resolution_digest }),
  };
}
