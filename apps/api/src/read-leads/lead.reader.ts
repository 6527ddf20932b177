import { LEAD_STATUSES, type LeadRow, type LeadStatus } from '@homing/read-model';
import type { ApiParts } from '../api.parts.js';
import { withCursor } from '../http/cursor.check.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { OutreachReader } from '../read-outreach/outreach.reader.js';
import type { Caller } from '../security/caller.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Parts = Pick<ApiParts, 'queries' | 'accepted' | 'persons' | 'registry'>;

/** People of whom the caller's tenant asked an outreach: of another's, nothing exists. */
export class LeadReader {
  readonly #outreach: OutreachReader;

  constructor(private readonly parts: Parts) {
    this.#outreach = new OutreachReader(parts);
  }

  async list({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['status', 'cursor', 'limit']);
    const status = wish.status === undefined ? {} : { status: readStatus(wish.status) };
    const cursor = wish.cursor === undefined ? {} : { cursor: wish.cursor };
    const filter = { tenantId, limit: readLimit(wish.limit), ...status, ...cursor };
    const { rows, nextCursor } = await withCursor(this.parts.queries.listLeads(filter));
    return { items: rows.map(shownLead), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /**
   * One of them, with the newest of what was asked of them.
   * @param id the caller's id of the recipient, or our id of the lead
   * @throws ProblemError
   */
  async find(caller: Caller, id: string, query: unknown) {
    const { tenantId } = caller;
    const page = readQuery(query, ['cursor', 'limit']);
    const person = await this.parts.persons.findPerson({ tenantId, recipientId: id });
    const leadId = person ?? (UUID.test(id.toLowerCase()) ? id.toLowerCase() : undefined);
    const row = leadId === undefined ? undefined : await this.parts.queries.findLead(tenantId, leadId);
    if (!row) throw new ProblemError('not_found');
    return { ...shownLead(row), history: await this.#outreach.listOfPerson(caller, row.leadId, page) };
  }
}

function readStatus(text: string): LeadStatus {
  const status = LEAD_STATUSES.find((known) => known === text);
  if (!status) throw invalidField('status', 'unknown_status', `must be one of ${LEAD_STATUSES.join(', ')}`);
  return status;
}

/** What is not known is null. */
function shownLead({ tenantId: _tenant, outreach, attempts, conversions, ...row }: LeadRow) {
  const counts = { outreach: Number(outreach), attempts: Number(attempts), conversions: Number(conversions) };
  return { ...row, ...counts };
}
