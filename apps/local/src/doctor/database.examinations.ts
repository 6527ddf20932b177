import {
  examineAccepted,
  examineLeaders,
  examinePostgres,
  examineProjection,
  examineRights,
  examineSignals,
  examineWork,
  LED_ROLES,
  type AskPostgres,
  type Examination,
} from '@homing/doctor';
import {
  createSystemQueries,
  leaderHolders,
  READ_MODEL_MIGRATIONS,
  type ReadModelConnection,
  type SystemQueries,
} from '@homing/read-model';
import { VAULT_MIGRATIONS } from '@homing/vault';
import { countUnfed, type VaultDatabase } from '@homing/vault/intake';

export const READ = 'read database';
export const VAULT = 'vault';
const OVERDUE_MS = 2 * 60_000;
const UNDECIDED_MS = 5 * 60_000;
const HEARD_MS = 5 * 60_000;

/** What the services have to be allowed. */
const READ_RIGHTS = {
  'read_model.checkpoint': ['select', 'insert', 'update'],
  'read_model.outreach': ['select', 'insert', 'update'],
  'read_model.timetable': ['select', 'insert', 'update', 'delete'],
  'read_model.store_mark': ['select', 'insert', 'update'],
};
const VAULT_RIGHTS = {
  'vault.sealed_request': ['insert'],
  'vault.suppression': ['select', 'insert', 'update'],
};

const before = (ms: number): string => new Date(Date.now() - ms).toISOString();
const countOf = async (ask: AskPostgres, statement: string): Promise<number> =>
  Number((await ask(statement))[0]?.['count'] ?? 0);

interface Asked {
  readonly ask: AskPostgres;
  /** As the owner, who alone sees which migrations there are. */
  readonly owner: AskPostgres | undefined;
}

export function examineRead(
  parts: Asked & { readonly readModel: ReadModelConnection; readonly pause: () => Promise<unknown> },
): Examination[] {
  const { ask, owner, readModel, pause } = parts;
  const queries = createSystemQueries(readModel);
  const openNow = () => queries.openCounts(before(OVERDUE_MS));
  const migrations = { table: 'read_model.kysely_migration', wanted: READ_MODEL_MIGRATIONS };
  return [
    examinePostgres({ subject: READ, ask: owner ?? ask, ...(owner ? { migrations } : {}) }),
    examineRights({ needs: READ, role: 'read_system', ask, rights: READ_RIGHTS }),
    examineProjection(queries, READ),
    examineLeaders({ holders: () => leaderHolders(readModel.db, LED_ROLES), pause }, READ),
    examineWork(
      {
        unknownOutcomes: async () => (await openNow()).unknownOutcomes,
        unknownTooLong: () =>
          countOf(
            ask,
            "select count(*) from read_model.unknown_outcomes where unknown_since < now() - interval '73 hours'",
          ),
        overdue: async () => (await openNow()).overdue,
      },
      READ,
    ),
  ];
}

export function examineVault(
  parts: Asked & { readonly vault: VaultDatabase; readonly desk: AskPostgres | undefined },
): Examination[] {
  const { ask, owner, vault, desk } = parts;
  const migrations = { table: 'vault.kysely_migration', wanted: VAULT_MIGRATIONS };
  const parked = "select count(*) from desk.unmatched_signal where parked_at < now() - interval '1 hour'";
  return [
    examinePostgres({ subject: VAULT, ask: owner ?? ask, ...(owner ? { migrations } : {}) }),
    examineRights({ needs: VAULT, role: 'vault_intake', ask, rights: VAULT_RIGHTS }),
    examineAccepted(() => countUnfed(vault, before(UNDECIDED_MS)), VAULT),
    ...(desk ? [examineSignals(() => countOf(desk, parked), VAULT)] : []),
  ];
}

/** Addresses that the gate must know by now, as projected of their streams: the first 5,000. */
export async function heldBackIn(
  queries: Pick<SystemQueries, 'suppressions'>,
): Promise<{ tenantId: string; fingerprint: string }[]> {
  const rows = await queries.suppressions({ after: '', limit: 5_000 });
  const heardBy = Date.now() - HEARD_MS;
  const inForce = rows.filter(
    ({ suppressedAt, liftedAt }) =>
      suppressedAt !== null &&
      Date.parse(suppressedAt) < heardBy &&
      (liftedAt === null || Date.parse(liftedAt) <= Date.parse(suppressedAt)),
  );
  const contacts = Map.groupBy(inForce, ({ tenantId, fingerprint }) => `${tenantId} ${fingerprint}`);
  return [...contacts.values()].flatMap(([row]) =>
    row ? [{ tenantId: row.tenantId, fingerprint: row.fingerprint }] : [],
  );
}
