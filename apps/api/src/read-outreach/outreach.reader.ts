import type { OutreachStateName } from '@homing/domain';
import type { OutreachFilter } from '@homing/read-model';
import type { AcceptedRecord } from '@homing/vault/intake';
import type { ApiParts } from '../api.parts.js';
import { withCursor } from '../http/cursor.check.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import { isOutreachState, OUTREACH_STATES } from './outreach.states.js';
import { justAccepted, listedOutreach, shownOutreach, unknownOutcome } from './outreach.representation.js';

/** Of one campaign; more than these are not counted, and it is not completed anyway. */
const mostUndecided = 10_000;

type Parts = Pick<ApiParts, 'queries' | 'accepted' | 'persons' | 'registry'>;

/** Everything that is read about outreach, of the caller's tenant only: of another's, nothing exists. */
export class OutreachReader {
  constructor(private readonly parts: Parts) {}

  async find({ tenantId }: Caller, outreachId: string) {
    const { queries } = this.parts;
    const [detail, accepted] = await Promise.all([
      queries.findOutreach(tenantId, outreachId),
      this.#accepted(tenantId, [outreachId]),
    ]);
    const record = accepted.get(outreachId);
    if (detail) return shownOutreach(detail, await queries.timeline(tenantId, outreachId), record);
    if (record) return justAccepted(record);
    throw new ProblemError('not_found');
  }

  async list({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['recipientId', 'campaignId', 'state', 'cursor', 'limit']);
    const { cursor } = wish;
    const state = readState(wish.state);
    const limit = readLimit(wish.limit);
    const [personId, campaignKey] = await Promise.all([
      wish.recipientId === undefined
        ? undefined
        : this.parts.persons.findPerson({ tenantId, recipientId: wish.recipientId }),
      wish.campaignId === undefined ? undefined : this.#campaignKey(tenantId, wish.campaignId),
    ]);
    // Who or what is unknown has no outreach.
    if (wish.recipientId !== undefined && personId === undefined) return { items: [] };
    if (wish.campaignId !== undefined && campaignKey === undefined) return { items: [] };
    return this.#page({ tenantId, limit, ...defined({ cursor, state, personId, campaignKey }) });
  }

  /** What was asked of one person, newest first. */
  listOfPerson({ tenantId }: Caller, personId: string, { cursor, limit }: { cursor?: string; limit?: string }) {
    return this.#page({ tenantId, personId, limit: readLimit(limit), ...defined({ cursor }) });
  }

  async #page(filter: OutreachFilter) {
    const { tenantId } = filter;
    const { rows, nextCursor } = await withCursor(this.parts.queries.listOutreach(filter));
    const accepted = await this.#accepted(
      tenantId,
      rows.map((row) => row.outreachId),
    );
    return { items: rows.map((row) => listedOutreach(row, accepted.get(row.outreachId))), ...defined({ nextCursor }) };
  }

  async unknownOutcomes({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['cursor', 'limit']);
    const filter = { tenantId, limit: readLimit(wish.limit), ...defined({ cursor: wish.cursor }) };
    const { rows, nextCursor } = await withCursor(this.parts.queries.listUnknown(filter));
    const now = Date.now();
    const items = rows.map((row) => unknownOutcome(row, now));
    return { items, ...defined({ nextCursor }) };
  }

  async campaignStatus({ tenantId }: Caller, campaignId: string) {
    const campaign = await this.parts.registry.findCampaign({ tenantId, campaignId });
    if (!campaign) throw new ProblemError('not_found');
    // What was acknowledged and waits for its decision is in no row yet; without it a campaign would be done too soon.
    const undecided = { tenantId, campaignKey: campaign.id, limit: mostUndecided };
    const accepted = await this.parts.accepted.listUnfedOfCampaign(undecided);
    const counts = await this.parts.queries.campaignStatus(tenantId, campaign.id, accepted);
    const completed = counts.audience > 0 && counts.pending === 0 && counts.unknown === 0;
    return { campaignId, status: campaign.status, completed, ...counts };
  }

  async #campaignKey(tenantId: string, campaignId: string): Promise<string | undefined> {
    return (await this.parts.registry.findCampaign({ tenantId, campaignId }))?.id;
  }

  /** The vault's records see all tenants: only the caller's are let through. */
  async #accepted(tenantId: string, outreachIds: readonly string[]): Promise<Map<string, AcceptedRecord>> {
    if (outreachIds.length === 0) return new Map();
    const records = await this.parts.accepted.loadAccepted(outreachIds);
    return new Map(
      records.filter((record) => record.tenantId === tenantId).map((record) => [record.outreachId, record]),
    );
  }
}

function readState(state: string | undefined): OutreachStateName | undefined {
  if (state === undefined || isOutreachState(state)) return state;
  throw invalidField('state', 'unknown_state', `must be one of ${OUTREACH_STATES.join(', ')}`);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
