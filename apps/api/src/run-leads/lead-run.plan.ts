import { setImmediate as breathe } from 'node:timers/promises';
import type { FieldFault } from '@homing/contracts';
import { LEAD_RULE } from '@homing/domain';
import { ofRecipient } from './lead.names.js';
import { type LeadRun, SKIP } from './lead-run.reader.js';
import { type ReadLead, readLead } from './lead.reading.js';

/** Leads that are read before other requests get their turn. */
const AT_ONCE = 50;

/** A lead, and what its grade means for it. */
export interface ChosenLead extends ReadLead {
  readonly index: number;
  /** Absent: it is left out, or cannot be read. */
  readonly sequence?: string;
  /** Why it is left out. */
  readonly skipped?: 'not_reachable' | 'grade_skipped';
}

/** A run as the batch it becomes. */
export interface PlannedRun {
  readonly leads: readonly ChosenLead[];
  /** Of the batch, in the order of its places. */
  readonly taken: readonly ChosenLead[];
  readonly body: Readonly<Record<string, unknown>> & { readonly recipients: readonly unknown[] };
  /** What makes it the same run when it comes again: what the caller said, and the rule. */
  readonly sameBy: object;
  /** By place of the batch, in the batch's names. */
  readonly faultsOf: ReadonlyMap<number, readonly FieldFault[]>;
}

/** Grades every lead and chooses for it. The same for the same run: neither stores nor settings are asked. */
export async function planRun(run: LeadRun, runId: string): Promise<PlannedRun> {
  const leads: ChosenLead[] = [];
  const firstOf = new Map<string, number>();
  for (const [index, given] of run.leads.entries()) {
    if (index % AT_ONCE === 0) await breathe();
    const lead = chosen(run, readLead(given), index);
    const { leadId } = lead;
    const first = leadId === undefined ? undefined : firstOf.get(leadId);
    if (leadId !== undefined && first === undefined) firstOf.set(leadId, index);
    leads.push(first === undefined ? lead : { ...lead, faults: [...lead.faults, repeated(first)] });
  }
  const taken = leads.filter(({ skipped }) => skipped === undefined);
  const faulty = taken.flatMap(({ faults }, place) =>
    faults.length > 0 ? [[place, faults.map((fault) => ofRecipient(fault, place))] as const] : [],
  );
  return {
    ...{ leads, taken, body: batchOf(run, taken, runId), faultsOf: new Map(faulty) },
    sameBy: { ...run.common, sequences: run.sequences, rule: LEAD_RULE, recipients: run.leads },
  };
}

function chosen({ sequences }: LeadRun, lead: ReadLead, index: number): ChosenLead {
  if (lead.grade === undefined) return { ...lead, index };
  const sequence = sequences[lead.grade];
  if (sequence !== SKIP) return { ...lead, index, sequence };
  return { ...lead, index, skipped: lead.channels.length === 0 ? 'not_reachable' : 'grade_skipped' };
}

/** Items are called by the place of their lead, whoever is left out. */
function batchOf({ common, sequences }: LeadRun, taken: readonly ChosenLead[], runId: string): PlannedRun['body'] {
  const named: string[] = taken.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]));
  const shared = named[0] ?? Object.values(sequences).find((name) => name !== SKIP) ?? 'default_sequence';
  const recipients = taken.map(({ index, recipient, sequence = shared }) => ({
    ...recipient,
    requestId: `${runId}/${index}`,
    ...(sequence === shared ? {} : { overrides: { sequence } }),
  }));
  return { ...common, requestId: runId, sequence: shared, recipients };
}

const repeated = (first: number): FieldFault => ({
  ...{ field: 'leadId', code: 'repeated', message: `is that of leads[${first}] as well` },
});
