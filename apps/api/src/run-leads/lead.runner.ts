import { v7 as uuidv7 } from 'uuid';
import type { BatchEnvelope } from '@homing/contracts';
import type { ApiParts } from '../api.parts.js';
import type { Caller } from '../security/caller.js';
import { ANYBODY, checkBatch, faultsByPlace, readEnvelope } from '../take-batch/batch.check.js';
import type { FaultsByPlace } from '../take-batch/batch.items.js';
import type { BatchTaker } from '../take-batch/batch.taker.js';
import { requestIdOf } from '../take-request/request-id.policy.js';
import { answerOf, type LeadRunAnswer, type Ran } from './lead-run.answer.js';
import { type PlannedRun, planRun } from './lead-run.plan.js';
import { type LeadRun, readLeadRun } from './lead-run.reader.js';
import { lettersOf, missingData } from './lead.letters.js';
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
    const { plan, outcome } = await this.taker.inTurn(runId, () => this.#prepare(caller, run, runId));
    const { sequences, dryRun } = run;
    if (outcome) return answerOf({ runId, plan, sequences, outcome, dryRun });
    try {
      const taken = await this.taker.take(caller, plan);
      return answerOf({ runId, plan, sequences, outcome: { taken }, dryRun });
    } catch (error) {
      throw inNamesOf(plan, error);
    }
  }

  /** The run as the batch that is to be taken; where nothing is, with what would be said of it. */
  async #prepare(caller: Caller, run: LeadRun, runId: string): Promise<Prepared> {
    const plan = await planRun(run, runId);
    try {
      const checked = { ...plan, faultsOf: await this.#personal(caller, { run, plan, runId }) };
      if (!run.dryRun && plan.taken.length > 0) return { plan: checked };
      return { plan: checked, outcome: await this.#look(caller, checked) };
    } catch (error) {
      throw inNamesOf(plan, error);
    }
  }

  /** What is wrong with its leads, by place. What was accepted is not looked at again: it has its answer. */
  async #personal(caller: Caller, { run, plan, runId }: NamedRun): Promise<FaultsByPlace> {
    const { batches } = this.parts;
    const { tenantId } = caller;
    const accepted = !run.dryRun && (await batches.view.find(tenantId, batches.idOf(tenantId, runId)));
    if (accepted) return plan.faultsOf;
    const checked = {
      envelope: envelopeOf(caller, plan),
      tenantId,
      requestId: runId,
      receivedAt: new Date().toISOString(),
    };
    const letters = await lettersOf(batches, checked, run.sequences);
    return new Map([...(await missingData(plan, letters, run.common)), ...plan.faultsOf]);
  }

  /** What would be said of it. Nothing is stored. */
  async #look(caller: Caller, { body, faultsOf, taken }: PlannedRun): Promise<Ran['outcome']> {
    const { batches } = this.parts;
    const { tenantId } = caller;
    const envelope = { ...envelopeOf(caller, { body, taken }), recipients: body.recipients };
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

interface Prepared {
  readonly plan: PlannedRun;
  readonly outcome?: Ran['outcome'];
}

const inNamesOf = ({ taken }: PlannedRun, error: unknown): unknown => ofRun(error, (place) => taken[place]?.index);

interface NamedRun {
  readonly run: LeadRun;
  readonly plan: PlannedRun;
  readonly runId: string;
}

/** What all leads share is read also where nobody is left. @throws ProblemError */
const envelopeOf = (caller: Caller, { body, taken }: Pick<PlannedRun, 'body' | 'taken'>): BatchEnvelope =>
  readEnvelope(caller, taken.length > 0 ? body : { ...body, recipients: [ANYBODY] });
