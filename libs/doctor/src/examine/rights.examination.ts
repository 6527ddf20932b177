import { finding, type Examination } from '../finding.js';
import type { AskPostgres } from './postgres.asking.js';

export interface WantedRights {
  /** `read database`. */
  readonly needs: string;
  /** The role it is asked with: `read_system`. */
  readonly role: string;
  readonly ask: AskPostgres;
  /** Table, with its schema, and what the role must be allowed: `select`, `insert`. */
  readonly rights: Readonly<Record<string, readonly string[]>>;
}

/** May a role do what its services have to do? A table that is not there is another fault's. */
export const examineRights = ({ needs, role, ask, rights }: WantedRights): Examination => ({
  subject: `rights of ${role}`,
  needs: [needs],
  look: async () => {
    const asked = Object.entries(rights).flatMap(([table, wanted]) => wanted.map((right) => ({ table, right })));
    const rows = await ask(
      `select t, r from (values ${asked.map(({ table, right }) => `('${table}', '${right}')`).join(', ')}) as w (t, r)
      where to_regclass(t) is not null and not has_table_privilege(to_regclass(t), r)`,
    );
    const lacking = rows.map(({ t, r }) => `${r} on ${t}`).join(', ');
    return { findings: lacking ? [finding('ROLE_RIGHTS_MISSING', lacking)] : [], note: `${asked.length} looked at` };
  },
});
