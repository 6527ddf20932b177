import { sql } from 'kysely';
import type { Channel } from '@homing/contracts';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import type { AssistedTaskState } from '../tables/assisted.tables.js';
import { decodeTaskCursor } from './cursor.js';

type Db = ReadModelDb | ReadModelTransaction;

export interface AssistedTaskFilter {
  readonly tenantId: string;
  readonly state?: AssistedTaskState;
  readonly channel?: Channel;
  /** Of the page before; absent for the first. @throws InvalidCursorError */
  readonly cursor?: string;
  /** 1..500 */
  readonly limit: number;
}

/** Longest waiting first. One row more than the page, which tells whether another follows. */
export function taskPage(db: Db, { tenantId, state, channel, cursor, limit }: AssistedTaskFilter) {
  const after = cursor === undefined ? undefined : decodeTaskCursor(cursor);
  return db
    .selectFrom('assistedTasks')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .$if(state !== undefined, (query) => query.where('state', '=', state!))
    .$if(channel !== undefined, (query) => query.where('channel', '=', channel!))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(requested_at, delivery_id, attempt) > (${after!.requestedAt}::timestamptz, ${after!.deliveryId}, ${after!.attempt})`,
      ),
    )
    .orderBy('requestedAt')
    .orderBy('deliveryId')
    .orderBy('attempt')
    .limit(limit + 1);
}

export const taskById = (db: Db, of: { tenantId: string; deliveryId: string; attempt: number }) =>
  db
    .selectFrom('assistedTasks')
    .selectAll()
    .where('tenantId', '=', of.tenantId)
    .where('deliveryId', '=', of.deliveryId)
    .where('attempt', '=', of.attempt);
