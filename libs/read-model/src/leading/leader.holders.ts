import { sql } from 'kysely';
import type { ReadModelDb } from '../connection/read-model.connection.js';

/** The advisory lock of a role: its key is the hash of this name. */
export const leaderLock = (role: string): string => `homing.leader.${role}`;

/** Which instance leads each role now, by the name of its session; absent: nobody. */
export async function leaderHolders(db: ReadModelDb, roles: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ role: string; holder: string }>`select r.role, coalesce(a.application_name, '') as holder
    from unnest(${[...roles]}::text[], ${roles.map(leaderLock)}::text[]) as r(role, lock_name)
    join pg_locks as l on l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = hashtext(r.lock_name)::bigint
    left join pg_stat_activity as a on a.pid = l.pid`.execute(db);
  return new Map(rows.map(({ role, holder }) => [role, holder]));
}
