import { v7 as uuidv7 } from 'uuid';
import type { BatchEnvelope, FieldFault } from '@homing/contracts';
import { crashPoint } from '@homing/service-kit';
import type { ApiParts } from '../api.parts.js';
import { isOutage } from '../problem/outage.policy.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import { requestIdOf } from '../take-request/request-id.policy.js';
import { checkBatch, readEnvelope, refuse } from './batch.check.js';
import { digestOf, type FaultsByPlace, planItems } from './batch.items.js';
import { sealItems } from './batch.sealing.js';

export interface BatchWish {
  readonly body: unknown;
  readonly idempotencyKey?: string | undefined;
  /** What makes it the same call when it comes again: `recipients` and others. Default: the body. */
  readonly sameBy?: object;
  readonly faultsOf?: FaultsByPlace;
}

/** What became of one recipient of the call. */
export interface TakenItem {
  readonly index: number;
  readonly requestId?: string;
  /** `repeated`: the same request had come before this batch; it stays one message. */
  readonly status: 'accepted' | 'repeated' | 'refused';
  readonly outreachId?: string;
  readonly errors?: readonly FieldFault[];
}

export interface TakenBatch {
  readonly batchId: string;
  readonly requestId: string;
  readonly status: 'accepted';
  readonly items: number;
  readonly accepted: number;
  readonly refused: number;
  readonly results: readonly TakenItem[];
}

/** Places of a batch that are handed over together. */
export const CHUNK_SIZE = 200;
/** Batches one process takes in at once: a call is held in memory as a whole. */
const MOST_AT_ONCE = 2;
const LONGEST_REQUEST_ID = 190;

/**
 * Takes a call with many recipients. An answer means: every item is sealed or refused, and nothing of what is sealed is lost. What was
 * sealed of a batch whose acceptance broke off is sent by nobody, until the call is repeated and goes on where it was.
 */
export class BatchTaker {
  #running = 0;

  constructor(private readonly parts: Pick<ApiParts, 'intake' | 'batches'>) {}

  /** @throws ProblemError for everything the caller can mend or repeat */
  async take(caller: Caller, { body, idempotencyKey, sameBy, faultsOf }: BatchWish): Promise<TakenBatch> {
    const envelope = readEnvelope(caller, body);
    const requestId = requestIdOf({ requestId: envelope.requestId, idempotencyKey, fresh: uuidv7() });
    if (requestId.length > LONGEST_REQUEST_ID) {
      throw invalidField('Idempotency-Key', 'malformed', `must be at most ${LONGEST_REQUEST_ID} characters`);
    }
    const named = { envelope, requestId, sameBy: sameBy ?? (body as object), ...(faultsOf ? { faultsOf } : {}) };
    return await this.inTurn(requestId, async () => {
      try {
        return await this.#take(caller, named);
      } catch (error) {
        throw error instanceof ProblemError ? error : notAcknowledged(requestId, error);
      }
    });
  }

  /**
   * Does what holds a call as a whole, as one of those a process can hold at once.
   * @throws ProblemError where there is no room; to be repeated with the request id
   */
  async inTurn<T>(requestId: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= MOST_AT_ONCE) throw new ProblemError('too_many_requests', { retryAfter: 5, requestId });
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }

  async #take({ tenantId }: Caller, { sameBy, ...named }: NamedBatch): Promise<TakenBatch> {
    const { intake, batches } = this.parts;
    const { envelope, requestId } = named;
    const { keeper, view } = batches;
    const batchId = batches.idOf(tenantId, requestId);
    const digest = await digestOf(sameBy, (value) => batches.digest(tenantId, value));
    const now = new Date().toISOString();
    // What was accepted gets its first answer, whatever has passed or changed since.
    if (!(await view.find(tenantId, batchId))) {
      await checkBatch(batches, { ...named, tenantId, receivedAt: now });
    }
    const items = envelope.recipients.length;
    const opened = await keeper.open({ batchId, tenantId, digest, items, chunkSize: CHUNK_SIZE, receivedAt: now });
    if (opened.kind === 'different_content') {
      const detail = 'the first content stands; a new batch needs a new request id';
      throw new ProblemError('different_content', { detail, requestId });
    }
    if (!opened.accepted) {
      const { receivedAt } = opened;
      crashPoint('api.before-batch-seal');
      const planned = await planItems({ ...named, receivedAt });
      const places = await keeper.knownPlaces(batchId);
      const missing = planned.filter(({ index }) => !places.has(index));
      const refused = await sealItems({ intake, keeper }, { batchId, tenantId, receivedAt, envelope, items: missing });
      if (envelope.allOrNothing) refuse([...[...places.values()].flat(), ...refused]);
      crashPoint('api.before-batch-accept');
      await keeper.accept(batchId, new Date().toISOString());
      crashPoint('api.after-batch-accept');
    }
    return this.#answer({ tenantId, batchId, requestId });
  }

  /** As it was kept: the same for the same call, however often it comes. */
  async #answer(of: { tenantId: string; batchId: string; requestId: string }): Promise<TakenBatch> {
    const { tenantId, batchId, requestId } = of;
    const { view } = this.parts.batches;
    const batch = await view.find(tenantId, batchId);
    if (!batch) throw new Error('a batch that was accepted is not there');
    const { items, accepted, refused } = batch;
    const kept = await view.items(tenantId, batchId, { limit: items });
    const results = kept.map(({ index, requestId: own, outreachId, earlier, faults }): TakenItem =>
      outreachId === undefined
        ? { index, status: 'refused', ...(faults ? { errors: faults } : {}) }
        : {
            index,
            requestId: own ?? `${requestId}/${index}`,
            status: earlier ? 'repeated' : 'accepted',
            outreachId,
          },
    );
    return { batchId, requestId, status: 'accepted', items, accepted, refused, results };
  }
}

interface NamedBatch {
  readonly envelope: BatchEnvelope;
  readonly requestId: string;
  readonly sameBy: object;
  readonly faultsOf?: FaultsByPlace;
}

/** Nobody knows how much of it is sealed: the caller gets the id with which a repeat goes on. */
function notAcknowledged(requestId: string, cause: unknown): ProblemError {
  const detail = 'not acknowledged; repeat it with this request id (Idempotency-Key) and it stays one batch';
  return isOutage(cause)
    ? new ProblemError('unavailable', { detail, retryAfter: 2, requestId }, { cause })
    : new ProblemError('internal', { detail, requestId }, { cause });
}
