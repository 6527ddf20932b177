import type { FieldFault } from '@homing/contracts';
import { LEAD_GRADES, LEAD_RULE, type LeadGrade } from '@homing/domain';
import type { TakenBatch, TakenItem } from '../take-batch/batch.taker.js';
import { ofLead } from './lead.names.js';
import type { PlannedRun } from './lead-run.plan.js';
import type { SequenceByGrade } from './lead-run.reader.js';

export const LEAD_RUN_STATUSES = ['accepted', 'repeated', 'planned', 'skipped', 'refused'] as const;

/** What became of one lead of the call. */
export interface RunLead {
  readonly index: number;
  readonly leadId?: string;
  readonly grade?: LeadGrade;
  /** The caller's, or the default rule's with its points. */
  readonly gradedBy?: 'caller' | 'rule';
  readonly points?: number;
  readonly sequence?: string;
  readonly status: (typeof LEAD_RUN_STATUSES)[number];
  /** Why it was left out. */
  readonly reason?: string;
  readonly requestId?: string;
  readonly outreachId?: string;
  readonly errors?: readonly FieldFault[];
}

/** `leads = taken + skipped + refused`, of each grade as well. */
export interface GradeCounts {
  readonly sequence: string;
  readonly leads: number;
  readonly taken: number;
  readonly skipped: number;
  readonly refused: number;
}

export interface LeadRunAnswer {
  readonly runId: string;
  readonly dryRun: boolean;
  /** Name of the default rule. */
  readonly rule: string;
  /** Absent where nothing was taken. */
  readonly batchId?: string;
  readonly leads: number;
  readonly taken: number;
  readonly skipped: number;
  readonly refused: number;
  readonly grades: Readonly<Record<LeadGrade, GradeCounts>>;
  readonly results: readonly RunLead[];
}

export interface Ran {
  readonly runId: string;
  readonly plan: PlannedRun;
  readonly sequences: SequenceByGrade;
  /** What was taken; or, where nothing is to be, what would be wrong with whom by place. */
  readonly outcome: { readonly taken: TakenBatch } | { readonly faults: ReadonlyMap<number, readonly FieldFault[]> };
  readonly dryRun: boolean;
}

export function answerOf({ runId, plan, sequences, outcome, dryRun }: Ran): LeadRunAnswer {
  const places = new Map(plan.taken.map(({ index }, place) => [index, place]));
  const items = 'taken' in outcome ? new Map(outcome.taken.results.map((item) => [item.index, item])) : undefined;
  const results = plan.leads.map((lead): RunLead => {
    const { index, leadId, grade, points, sequence, skipped } = lead;
    const known: Omit<RunLead, 'status'> = {
      index,
      ...(leadId === undefined ? {} : { leadId }),
      ...(grade === undefined ? {} : { grade, gradedBy: points === undefined ? 'caller' : 'rule' }),
      ...(points === undefined ? {} : { points }),
    };
    if (skipped !== undefined) return { ...known, status: 'skipped', reason: skipped };
    const place = places.get(index) ?? 0;
    const became = items
      ? becameOf(items.get(place))
      : plannedOf('faults' in outcome ? outcome.faults.get(place) : undefined);
    const errors = became.errors?.map((fault) => ofLead(fault, (at) => plan.taken[at]?.index));
    return { ...known, ...(sequence === undefined ? {} : { sequence }), ...became, ...(errors ? { errors } : {}) };
  });
  return {
    ...{ runId, dryRun, rule: LEAD_RULE, ...('taken' in outcome ? { batchId: outcome.taken.batchId } : {}) },
    ...countsOf(results),
    grades: Object.fromEntries(
      LEAD_GRADES.map((grade) => [
        grade,
        { sequence: sequences[grade], ...countsOf(results.filter((lead) => lead.grade === grade)) },
      ]),
    ) as Record<LeadGrade, GradeCounts>,
    results,
  };
}

type Became = Pick<RunLead, 'status' | 'requestId' | 'outreachId' | 'errors'>;

function becameOf(item: TakenItem | undefined): Became {
  if (!item) return { status: 'refused' };
  const { index: _place, ...became } = item;
  return became;
}

const plannedOf = (errors: readonly FieldFault[] | undefined): Became =>
  errors ? { status: 'refused', errors } : { status: 'planned' };

function countsOf(results: readonly RunLead[]): Omit<GradeCounts, 'sequence'> {
  const count = (of: RunLead['status']): number => results.filter(({ status }) => status === of).length;
  const taken = count('accepted') + count('repeated') + count('planned');
  return { leads: results.length, taken, skipped: count('skipped'), refused: count('refused') };
}
