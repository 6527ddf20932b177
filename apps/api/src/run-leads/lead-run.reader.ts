import { LEAD_GRADES, type LeadGrade } from '@homing/domain';
import { LARGEST_BATCH, type FieldFault } from '@homing/contracts';
import { ProblemError } from '../problem/problem.error.js';

/** What stands for "not at all" among the sequences. */
export const SKIP = 'skip';

export type SequenceByGrade = Readonly<Record<LeadGrade, string>>;

/** Where the call names none. */
export const DEFAULT_SEQUENCES: SequenceByGrade = {
  ...{ A: 'default_sequence', B: 'default_sequence', C: 'default_sequence', D: SKIP },
};

/** The envelope of a run; each lead is read by itself. */
export interface LeadRun {
  readonly runId?: string;
  readonly dryRun: boolean;
  readonly sequences: SequenceByGrade;
  readonly leads: readonly unknown[];
  /** What the batch reads: what all leads share, spacing. */
  readonly common: Readonly<Record<string, unknown>>;
}

/** Named by something else here. */
const FOREIGN = ['requestId', 'recipients', 'recipient', 'sequence', 'steps', 'strategy'] as const;
const LONGEST_RUN_ID = 190;

/** @throws ProblemError naming each field that cannot be read */
export function readLeadRun(body: unknown): LeadRun {
  if (!isRecord(body)) throw refused([{ field: '', code: 'not_an_object', message: 'the body must be a JSON object' }]);
  const { runId, leads, sequences, dryRun, ...common } = body;
  const faults: FieldFault[] = [];
  const fault = (field: string, code: string, message: string): void => void faults.push({ field, code, message });
  for (const field of FOREIGN) {
    if (field in common) fault(field, 'unknown_field', 'is not a field of a run: leads, sequences and runId say it');
  }
  if (!isAbsent(runId) && !isText(runId, LONGEST_RUN_ID)) {
    fault('runId', 'malformed', `must be a text of 1 to ${LONGEST_RUN_ID} characters`);
  }
  if (!isAbsent(dryRun) && typeof dryRun !== 'boolean') fault('dryRun', 'malformed', 'must be true or false');
  if (!Array.isArray(leads) || leads.length < 1 || leads.length > LARGEST_BATCH) {
    fault('leads', 'malformed', `must be a list of 1 to ${LARGEST_BATCH} leads`);
  }
  faults.push(...sequenceFaults(sequences));
  if (faults.length > 0) throw refused(faults);
  return {
    ...(isAbsent(runId) ? {} : { runId: runId as string }),
    dryRun: dryRun === true,
    sequences: { ...DEFAULT_SEQUENCES, ...(sequences as Partial<SequenceByGrade> | undefined) },
    leads: leads as unknown[],
    common: isAbsent(common['content']) ? { ...common, content: {} } : common,
  };
}

function sequenceFaults(sequences: unknown): FieldFault[] {
  if (isAbsent(sequences)) return [];
  if (!isRecord(sequences)) return [{ field: 'sequences', code: 'not_an_object', message: 'must be a JSON object' }];
  return Object.entries(sequences).flatMap(([grade, name]) => {
    if (!LEAD_GRADES.some((known) => known === grade)) {
      return [{ field: 'sequences', code: 'unknown_grade', message: `has names other than ${LEAD_GRADES.join(', ')}` }];
    }
    const message = `must be the name of a sequence, or ${SKIP}`;
    return isText(name, 200) ? [] : [{ field: `sequences.${grade}`, code: 'malformed', message }];
  });
}

const refused = (errors: readonly FieldFault[]): ProblemError => new ProblemError('invalid_fields', { errors });

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Many serialisers write what is absent as null. */
export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;
const isText = (value: unknown, longest: number): boolean =>
  typeof value === 'string' &&
  value.length >= 1 &&
  value.length <= longest &&
  value.isWellFormed() &&
  !value.includes('\u0000');
