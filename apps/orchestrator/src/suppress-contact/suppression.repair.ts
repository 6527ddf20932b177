import { suppressionsOf, type KnownContact } from '@homing/domain';
import type { SuppressionRow, SystemQueries } from '@homing/read-model';
import type { SuppressedContact, SuppressionStore } from '@homing/vault/suppression';

export interface RepairParts {
  readonly readModel: Pick<SystemQueries, 'suppressions'>;
  readonly contacts: Pick<SuppressionStore, 'saveContacts'>;
}

/** Contacts written at a time. */
const PAGE = 500;

/**
 * Brings the gate's table up to what is projected of the addresses' streams: after the vault was restored from a backup, or a
 * word was lost between its stream and the table. What the table knows better stays. Returns how many contacts it looked at.
 */
export async function repairSuppressions({ readModel, contacts }: RepairParts): Promise<number> {
  let seen = 0;
  for (let after = ''; ;) {
    const rows = await readModel.suppressions({ after, limit: PAGE });
    const page = [...Map.groupBy(rows, (row) => row.fingerprint).values()].map(contactOf);
    const last = page.at(-1);
    if (!last) return seen;
    await contacts.saveContacts(page);
    seen += page.length;
    after = last.fingerprint;
  }
}

function contactOf(rows: readonly SuppressionRow[]): SuppressedContact {
  const [first, ...others] = rows;
  if (!first) throw new Error('a contact without a reason');
  const { tenantId, fingerprint, channel } = first;
  const marks: KnownContact['marks'] = Object.fromEntries(rows.map((row) => [row.reason, markOf(row)]));
  const mask = rows.find((row) => row.mask !== null)?.mask;
  return {
    tenantId,
    fingerprint,
    channel,
    ...(mask ? { mask } : {}),
    reasons: suppressionsOf({ status: 'known', tenantId, fingerprint, channel, marks }),
    revision: others.reduce((most, { revision }) => (revision > most ? revision : most), first.revision),
  };
}

const markOf = ({
  suppressedAt,
  liftedAt,
  saidBy,
  note,
}: SuppressionRow): NonNullable<KnownContact['marks']['manual']> => ({
  ...(suppressedAt === null
    ? {}
    : {
        suppressed: {
          at: suppressedAt,
          ...(saidBy === null ? {} : { by: saidBy }),
          ...(note === null ? {} : { note }),
        },
      }),
  ...(liftedAt === null ? {} : { liftedAt }),
});
