import type { OutreachStateName } from '@homing/domain';
import type { BatchOutreach } from '@homing/read-model';
import type { SeenItem } from '@homing/vault/batch';
import type { ApiParts } from '../api.parts.js';
import { withCursor } from '../http/cursor.check.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { isOutreachState, OUTREACH_STATES } from '../read-outreach/outreach.states.js';
import { actorOf, type Caller } from '../security/caller.js';
import { shownBatch, shownItem, type ShownBatch, type ShownItem } from './batch.representation.js';

/** States of an item that is no outreach. */
export const BEFORE_OUTREACH = ['waiting', 'withheld', 'invalid'] as const;
type BeforeOutreach = (typeof BEFORE_OUTREACH)[number];

/** Everything that is read of batches, and their cancellation; of the caller's tenant only. */
export class BatchReader {
  constructor(private readonly parts: Pick<ApiParts, 'batches'>) {}

  async find({ tenantId }: Caller, batchId: string): Promise<ShownBatch> {
    const { view, rows } = this.parts.batches;
    // The rows first: what is handed over between the two is counted as pending for a moment, never as too much.
    const counts = await rows.counts(tenantId, batchId);
    const batch = await view.find(tenantId, batchId);
    if (!batch) throw new ProblemError('not_found');
    return shownBatch(batch, counts);
  }

  async list({ tenantId }: Caller, query: unknown) {
    const { limit, cursor } = readQuery(query, ['limit', 'cursor']);
    const page = { limit: readLimit(limit), ...(cursor === undefined ? {} : { cursor }) };
    const { items, nextCursor } = await withCursor(this.parts.batches.view.list(tenantId, page));
    return { items: items.map((batch) => shownBatch(batch)), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async items({ tenantId }: Caller, batchId: string, query: unknown) {
    const wish = readQuery(query, ['limit', 'cursor', 'state', 'requestId']);
    const limit = readLimit(wish.limit);
    const after = readAfter(wish.cursor);
    const state = readState(wish.state);
    if (!(await this.parts.batches.view.find(tenantId, batchId))) throw new ProblemError('not_found');
    if (wish.requestId !== undefined)
      return { items: await this.#named({ tenantId, batchId, requestId: wish.requestId, state }) };
    const page = { tenantId, batchId, after, limit: limit + 1 };
    const found = await (isOutreachState(state ?? '')
      ? this.#inState({ ...page, state: state as OutreachStateName })
      : this.#ofAny({ ...page, state: state as BeforeOutreach | undefined }));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(found.length > limit && last ? { nextCursor: String(last.index) } : {}) };
  }

  /** Durable when it returns. */
  async cancel(caller: Caller, batchId: string): Promise<ShownBatch> {
    const asked = await this.parts.batches.view.requestCancel(caller.tenantId, batchId, actorOf(caller));
    if (!asked) throw new ProblemError('not_found');
    return this.find(caller, batchId);
  }

  async #ofAny({ tenantId, batchId, after, limit, state }: PageWish<BeforeOutreach | undefined>): Promise<ShownItem[]> {
    const { view, rows } = this.parts.batches;
    const kind = state === undefined ? {} : { kind: state === 'invalid' ? ('refused' as const) : state };
    const items = await view.items(tenantId, batchId, { limit, after, ...kind });
    const handedOver = items.filter((item) => item.released).map((item) => item.index);
    const known = handedOver.length === 0 ? [] : await rows.items(tenantId, batchId, { indexes: handedOver });
    return joined(items, known);
  }

  /** The item of one request id, if it is in that state. */
  async #named({ tenantId, batchId, requestId, state }: NamedItem): Promise<ShownItem[]> {
    const { view, rows, outreachIdOf } = this.parts.batches;
    const items = await view.items(tenantId, batchId, { limit: 1, outreachId: outreachIdOf(tenantId, requestId) });
    const known = await rows.items(tenantId, batchId, { indexes: items.map(({ index }) => index) });
    return joined(items, known).filter((item) => state === undefined || item.state === state);
  }

  async #inState({ tenantId, batchId, after, limit, state }: PageWish<OutreachStateName>): Promise<ShownItem[]> {
    const { view, rows } = this.parts.batches;
    const known = await rows.items(tenantId, batchId, { state, after, limit });
    const indexes = known.map((row) => row.itemIndex);
    return joined(await view.items(tenantId, batchId, { limit, indexes }), known);
  }
}

interface NamedItem {
  readonly tenantId: string;
  readonly batchId: string;
  readonly requestId: string;
  readonly state: string | undefined;
}

interface PageWish<S> {
  readonly tenantId: string;
  readonly batchId: string;
  readonly after: number;
  readonly limit: number;
  readonly state: S;
}

function joined(items: readonly SeenItem[], known: readonly BatchOutreach[]): ShownItem[] {
  const rows = new Map(known.map((row) => [row.itemIndex, row]));
  return items.map((item) => shownItem(item, rows.get(item.index)));
}

function readState(text: string | undefined): BeforeOutreach | OutreachStateName | undefined {
  const before = BEFORE_OUTREACH.find((state) => state === text);
  if (text === undefined || before !== undefined) return before;
  if (isOutreachState(text)) return text;
  throw invalidField('state', 'unknown_state', `must be one of ${[...BEFORE_OUTREACH, ...OUTREACH_STATES].join(', ')}`);
}

/** The place after which the page begins. */
function readAfter(cursor: string | undefined): number {
  if (cursor === undefined) return -1;
  if (/^\d{1,6}$/.test(cursor)) return Number(cursor);
  throw invalidField('cursor', 'malformed', 'must be the nextCursor of a page of this list');
}
