import { v7 as uuidv7 } from 'uuid';
import {
  acceptedRef,
  OUTREACH_REQUESTED,
  type DecisionAnswer,
  type OutreachRequestDto,
  readOutreachRequest,
} from '@homing/contracts';
import { crashPoint } from '@homing/service-kit';
import type { IntakeResult } from '@homing/intake';
import type { ApiParts } from '../api.parts.js';
import { isOutage } from '../problem/outage.policy.js';
import { ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import { requestIdOf } from './request-id.policy.js';

export interface Wish {
  readonly body: unknown;
  readonly idempotencyKey?: string | undefined;
  /** Answer `accepted` without waiting for the decision. */
  readonly respondAsync: boolean;
  /** W3C trace context to go on from. */
  readonly traceparent?: string | undefined;
}

const retryAfterSeconds = 2;
/** Which door, as part of an outreach's identity: the same request id over the bus is another request. */
const SOURCE = 'api';

/** Takes requests over HTTP. An answer means: sealed in the vault and held by JetStream; nothing less is ever acknowledged. */
export class OutreachTaker {
  constructor(private readonly parts: Pick<ApiParts, 'intake' | 'bus' | 'settings'>) {}

  /** @throws ProblemError for everything the caller can mend or repeat */
  async take(caller: Caller, wish: Wish): Promise<DecisionAnswer> {
    const request = readRequest(caller, wish.body);
    const requestId = requestIdOf({ ...request, idempotencyKey: wish.idempotencyKey, fresh: uuidv7() });
    // Sealed but not published would be fed later all the same; better not to begin what cannot be acknowledged.
    if (!this.parts.bus.isUp()) throw busDown(requestId);
    const accepted = await this.#seal(caller, request, requestId);
    const { traceparent } = wish;
    return this.#publish({ tenantId: caller.tenantId, requestId, traceparent, ...accepted }, wish.respondAsync);
  }

  async #seal(caller: Caller, request: OutreachRequestDto, requestId: string): Promise<Sealed> {
    crashPoint('api.before-seal');
    const receivedAt = new Date().toISOString();
    const item = { tenantId: caller.tenantId, via: 'api', source: SOURCE, requestId, request, receivedAt } as const;
    try {
      const [result] = await this.parts.intake.takeIn([item]);
      const sealed = sealedOf(result, requestId);
      crashPoint('api.after-seal');
      return sealed;
    } catch (error) {
      throw error instanceof ProblemError ? error : sealFailed(requestId, error);
    }
  }

  async #publish(taken: Taken, respondAsync: boolean): Promise<DecisionAnswer> {
    const { bus, settings } = this.parts;
    const { outreachId, tenantId } = taken;
    const questionId = uuidv7();
    const reply = respondAsync ? undefined : bus.expectAnswer(questionId, settings.decisionWaitMs);
    crashPoint('api.before-publish');
    try {
      await bus.publishRequested(requestedEvent(taken), {
        tenantId,
        // A repeat is put to the orchestrator again, past the bus's memory of ids, so that it answers with what was decided.
        key: taken.repeated ? `${outreachId}:${questionId}` : outreachId,
        ...(reply ? { replyTo: reply.replyTo } : {}),
      });
    } catch (error) {
      reply?.cancel();
      throw busDown(taken.requestId, error);
    }
    crashPoint('api.after-publish');
    return readAnswer(await reply?.answer, outreachId) ?? acceptedAnswer(outreachId);
  }
}

interface Sealed {
  readonly outreachId: string;
  readonly repeated: boolean;
}
type Taken = Sealed & {
  readonly tenantId: string;
  readonly requestId: string;
  readonly traceparent: string | undefined;
};

function readRequest(caller: Caller, body: unknown): OutreachRequestDto {
  const { tenantId } = (body ?? {}) as { tenantId?: unknown };
  if (typeof tenantId === 'string' && tenantId.toLowerCase() !== caller.tenantId) {
    throw new ProblemError('foreign_tenant', {
      errors: [
        { field: 'tenantId', code: 'foreign_tenant', message: 'is not the tenant of this key; it may be left out' },
      ],
    });
  }
  const reading = readOutreachRequest(body, { unknownFields: 'refuse' });
  if (reading.kind === 'invalid') throw new ProblemError('invalid_fields', { errors: reading.faults });
  return reading.request;
}

function sealedOf(result: IntakeResult | undefined, requestId: string): Sealed {
  switch (result?.kind) {
    case 'accepted':
    case 'repeated':
      return { outreachId: result.outreachId, repeated: result.kind === 'repeated' };
    case 'invalid':
      throw new ProblemError('invalid_fields', { errors: result.faults });
    case 'different_content':
      throw new ProblemError('different_content', {
        detail: 'the first content stands; a new message needs a new request id',
        requestId,
      });
    case undefined:
      throw new Error('intake answered nothing');
  }
}

const notAcknowledged = 'not acknowledged; repeat it with this request id (Idempotency-Key) and it stays one message';

const busDown = (requestId: string, cause?: unknown): ProblemError =>
  new ProblemError('unavailable', { detail: notAcknowledged, retryAfter: retryAfterSeconds, requestId }, { cause });

/** Nobody knows whether it is sealed: whatever went wrong, the caller gets the id that a repeat needs. */
const sealFailed = (requestId: string, cause: unknown): ProblemError =>
  isOutage(cause)
    ? busDown(requestId, cause)
    : new ProblemError('internal', { detail: notAcknowledged, requestId }, { cause });

/** Names the sealed request instead of carrying it: the bus holds no personal data, the caller's own id included. */
const requestedEvent = ({ outreachId, tenantId, repeated, traceparent }: Taken) =>
  ({
    specversion: '1.0',
    id: outreachId,
    // What is asked again was most likely decided before: the orchestrator looks first.
    source: repeated ? `${SOURCE}/again` : SOURCE,
    type: OUTREACH_REQUESTED,
    time: new Date().toISOString(),
    dataref: acceptedRef(outreachId),
    tenantid: tenantId,
    ...(traceparent === undefined ? {} : { traceparent }),
  }) as const;

/** An answer that cannot be read, or speaks of another outreach, is none: the decision can be looked up. */
function readAnswer(bytes: Uint8Array | undefined, outreachId: string): DecisionAnswer | undefined {
  if (!bytes) return undefined;
  try {
    const answer = JSON.parse(new TextDecoder().decode(bytes)) as DecisionAnswer | null;
    return answer?.outreachId === outreachId ? answer : undefined;
  } catch {
    return undefined;
  }
}

const acceptedAnswer = (outreachId: string): DecisionAnswer => ({
  outreachId,
  status: 'accepted',
  fallbackChain: [],
  explanation: 'Accepted and durable; the decision follows.',
});
