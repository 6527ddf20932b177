import { v7 as uuidv7 } from 'uuid';
import type { ApiParts } from '../api.parts.js';
import type { Caller } from '../security/caller.js';
import { checkBatch, faultsByPlace, readEnvelope } from '../take-batch/batch.check.js';
import type { BatchTaker } from '../take-batch/batch.taker.js';
import { requestIdOf } from '../take-request/request-id.policy.js';
import { answerOf, type LeadRunAnswer, type Ran } from './lead-run.answer.js';
import { type PlannedRun, planRun } from './lead-run.plan.js';
import { readLeadRun } from './lead-run.reader.js';
import { ofRun } from './lead.names.js';

export interface RunWish {
  readonly body: unknown;
  readonly idempotencyKey?: string | undefined;
}

/** Grades leads, chooses a sequence for each, and has the batch take them: what is promised of a batch is promised of a run. */
export class LeadRunner {
  constructor(
    private readonly parts: Pick<ApiParts, 'batches'>,
    private readonly taker: BatchTaker,
  ) {}

  /** @throws ProblemError for everything the caller can mend or repeat */
  async run(caller: Caller, { body, idempotencyKey }: RunWish): Promise<LeadRunAnswer> {
    const run = readLeadRun(body);
    const runId = requestIdOf({ requestId: run.runId, idempotencyKey, fresh: uuidv7() });
    const plan = await planRun(run, runId);
    const { sequences, dryRun } = run;
    try {
      const outcome =
        dryRun || plan.taken.length === 0 ? await this.#look(caller, plan) : await this.#take(caller, plan);
      return answerOf({ runId, plan, sequences, outcome, dryRun });
    } catch (error) {
      throw ofRun(error, (place) => plan.taken[place]?.index);
    }
  }

  async #take(caller: Caller, { body, sameBy, faultsOf }: PlannedRun): Promise<Ran['outcome']> {
    return { taken: await this.taker.take(caller, { body, sameBy, faultsOf }) };
  }

  /** What would be said of it. Nothing is stored. */
  async #look(caller: Caller, { body, faultsOf, taken }: PlannedRun): Promise<Ran['outcome']> {
    const { batches } = this.parts;
    const { tenantId } = caller;
    const read = readEnvelope(caller, taken.length > 0 ? body : { ...body, recipients: [{}] });
    const envelope = { ...read, recipients: body.recipients };
    const plan = {
      envelope,
      faultsOf,
      tenantId,
      requestId: envelope.requestId ?? '',
      receivedAt: new Date().toISOString(),
    };
    await checkBatch(batches, plan);
    return { faults: await faultsByPlace(batches, plan) };
  }
}
