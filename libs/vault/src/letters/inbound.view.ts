import type { Channel, InboundClass } from '@homing/contracts';
import { sql, type Transaction } from 'kysely';
import { decodeCursor, encodeCursor, InvalidCursorError } from '../database/page.cursor.js';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase, VaultTables } from '../database/vault.tables.js';
import type { LetterOwner } from './letters.types.js';
import { ownedBy } from './owner.condition.js';

/** One message as its tenant sees it listed: who, when and what kind, never what was written. */
export type SeenInbound = {
  readonly id: string;
  readonly provider: string;
  readonly channel: Channel;
  readonly class: InboundClass;
  /** Null where the address is none, or its person was erased. */
  readonly mask: string | null;
  readonly outreachId: string | null;
  readonly deliveryId: string | null;
  readonly occurredAt: string;
  readonly receivedAt: string;
};

export type InboundFilter = {
  /** Who looks. */
  readonly tenantId: string;
  /** May see what belongs to no tenant. Default false. */
  readonly operator?: boolean;
  /** `installation`: what nobody can tell whose it is, for operators alone. Default `tenant`. */
  readonly owner?: LetterOwner;
  readonly class?: InboundClass;
  readonly channel?: Channel;
  readonly outreachId?: string;
  /** Of the page before. @throws InvalidCursorError */
  readonly cursor?: string;
  readonly limit: number;
};

/** For the API (role `vault_api`): one tenant's at a time, and for operators what belongs to none. */
export type InboundView = {
  /** Newest first. */
  list(filter: InboundFilter): Promise<{ readonly items: readonly SeenInbound[]; readonly nextCursor?: string }>;
  find(ref: {
    readonly tenantId: string;
    readonly operator?: boolean;
    readonly id: string;
  }): Promise<SeenInbound | undefined>;
};

type Row = Omit<SeenInbound, 'occurredAt' | 'receivedAt'> & Record<'occurredAt' | 'receivedAt', Date>;
const columns = sql`id, provider, channel, class, mask, outreach_id as "outreachId", delivery_id as "deliveryId",
  occurred_at as "occurredAt", received_at as "receivedAt"`;
const seen = (row: Row): SeenInbound => ({
  ...row,
  occurredAt: row.occurredAt.toISOString(),
  receivedAt: row.receivedAt.toISOString(),
});
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @param db connected as `vault_api` */
export function createInboundView(db: VaultDatabase): InboundView {
  const view = <T>(
    { tenantId, operator }: Pick<InboundFilter, 'tenantId' | 'operator'>,
    work: (trx: Transaction<VaultTables>) => Promise<T>,
  ): Promise<T> =>
    withTenant(db, tenantId, async (trx) => {
      if (operator) await sql`select set_config('homing.operator', 'on', true)`.execute(trx);
      return work(trx);
    });
  return {
    list: async (filter) => {
      const page = inboundPage(filter);
      const { rows } = await view(filter, (trx) => page.execute(trx));
      const items = rows.slice(0, filter.limit).map(seen);
      const last = items.at(-1);
      if (rows.length <= filter.limit || last === undefined) return { items };
      return { items, nextCursor: encodeCursor([last.receivedAt, last.id]) };
    },
    find: ({ tenantId, operator = false, id }) =>
      view({ tenantId, operator }, async (trx) => {
        const { rows } = await sql<Row>`select ${columns} from desk.inbound_message
          where id = ${id} and (tenant_id = ${tenantId} or (${operator}::boolean and tenant_id is null))`.execute(trx);
        return rows[0] && seen(rows[0]);
      }),
  };
}

function inboundPage({
  tenantId,
  operator = false,
  owner = 'tenant',
  class: kind,
  channel,
  outreachId,
  cursor,
  limit,
}: InboundFilter) {
  const conditions = [
    ownedBy({ tenantId, operator }, owner),
    ...(kind === undefined ? [] : [sql`class = ${kind}`]),
    ...(channel === undefined ? [] : [sql`channel = ${channel}`]),
    ...(outreachId === undefined ? [] : [sql`outreach_id = ${outreachId}`]),
  ];
  if (cursor !== undefined) {
    const [receivedAt, id = ''] = decodeCursor(cursor, 1);
    if (!uuid.test(id)) throw new InvalidCursorError();
    conditions.push(sql`(received_at, id) < (${receivedAt}::timestamptz, ${id}::uuid)`);
  }
  return sql<Row>`select ${columns} from desk.inbound_message where ${sql.join(conditions, sql` and `)}
    order by received_at desc, id desc limit ${limit + 1}`;
}
