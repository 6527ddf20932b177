import type { FieldFault } from '@homing/contracts';
import type { ProblemDetails } from '../problem/problem.error.js';
import { ProblemError } from '../problem/problem.error.js';

/** The fault of a lead's field by the name its field has in the batch. */
export const ofRecipient = (fault: FieldFault, place: number): FieldFault => ({
  ...{ ...fault, field: fault.field === '' ? `recipients[${place}]` : `recipients[${place}].${fault.field}` },
});

/** A fault of the batch by the names of the run. @param indexOf which lead stands at a place of the batch */
export function ofLead(fault: FieldFault, indexOf: (place: number) => number | undefined): FieldFault {
  const [, place, field = ''] = /^recipients\[(\d+)\](.*)$/.exec(fault.field) ?? [];
  if (place !== undefined) {
    // A lead that brings an `id` of its own is told so by that name.
    const renamed = fault.code === 'unknown_field' ? field : field.replace(/^\.id$/, '.leadId');
    const own = renamed.replace(/^\.overrides/, '');
    return { ...fault, field: `leads[${indexOf(Number(place)) ?? place}]${own}` };
  }
  return { ...fault, field: SHARED[fault.field] ?? fault.field };
}

const SHARED: Readonly<Record<string, string>> = { requestId: 'runId', recipients: 'leads', sequence: 'sequences' };

/** What the batch refused, by the names of the run. Everything else is as it was. */
export function ofRun(error: unknown, indexOf: (place: number) => number | undefined): unknown {
  if (!(error instanceof ProblemError) || !error.details.errors) return error;
  const errors = error.details.errors.map((fault) => ofLead(fault, indexOf));
  const details: ProblemDetails = { ...error.details, errors };
  return new ProblemError(error.code, details, { cause: error });
}
