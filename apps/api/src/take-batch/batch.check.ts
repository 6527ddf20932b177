import { type BatchEnvelope, type FieldFault, readBatchEnvelope } from '@homing/contracts';
import type { IntakeItem } from '@homing/intake';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import { faultOfPlace, type FaultsByPlace, isSound, planItems, type Plan, type SoundItem } from './batch.items.js';
import type { ApiBatches } from './batch.parts.js';

/** Characters all items of a batch may seal of what they share: each request is sealed as a whole. */
const MOST_SHARED = 128 * 1024 * 1024;
/** Faults one refusal names. */
const MOST_FAULTS = 1_000;
const AT_ONCE = 200;

/** @throws ProblemError */
export function readEnvelope(caller: Caller, body: unknown): BatchEnvelope {
  const { tenantId } = (body ?? {}) as { tenantId?: unknown };
  if (typeof tenantId === 'string' && tenantId.toLowerCase() !== caller.tenantId) {
    const message = 'is not the tenant of this key; it may be left out';
    throw new ProblemError('foreign_tenant', { errors: [{ field: 'tenantId', code: 'foreign_tenant', message }] });
  }
  const reading = readBatchEnvelope(body);
  if (reading.kind === 'invalid') throw new ProblemError('invalid_fields', { errors: reading.faults });
  const { batch } = reading;
  if (JSON.stringify(batch.common).length * batch.recipients.length > MOST_SHARED) {
    throw invalidField('content', 'too_large', 'is too large for so many recipients: name a template, or send fewer');
  }
  return batch;
}

/** Stands for a recipient where none is meant. */
export const ANYBODY = { id: 'anybody', contacts: { email: 'anybody@example.test' } };

/**
 * What would be every item's fault is the call's; with `allOrNothing`, so is what would be one item's. Nothing is stored.
 * @throws ProblemError
 */
export async function checkBatch(parts: Checking, plan: CheckedPlan): Promise<void> {
  const { faultsOf: _ofItems, ...shared } = plan;
  const anybody = await planItems({ ...shared, envelope: { ...plan.envelope, recipients: [ANYBODY] } });
  refuse((await parts.check(anybody.filter(isSound).map((item) => asked(plan, item)))).flat());
  if (plan.envelope.allOrNothing) refuse([...(await faultsByPlace(parts, plan)).values()].flat());
}

/** What would be wrong with each item, by place; those of whom nothing is are not there. Nothing is stored. */
export async function faultsByPlace({ check }: Checking, plan: CheckedPlan): Promise<FaultsByPlace> {
  const faults = new Map<number, readonly FieldFault[]>();
  const items = await planItems(plan);
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const chunk = items.slice(from, from + AT_ONCE);
    for (const item of chunk) if (!isSound(item)) faults.set(item.index, item.faults);
    const sound = chunk.filter(isSound);
    const found = await check(sound.map((item) => asked(plan, item)));
    for (const [i, { index }] of sound.entries()) {
      const own = (found[i] ?? []).map((fault) => faultOfPlace(fault, plan.envelope.recipients[index], index));
      if (own.length > 0) faults.set(index, own);
    }
  }
  return faults;
}

type Checking = Pick<ApiBatches, 'check'>;
export type CheckedPlan = Plan & { readonly tenantId: string };

/** An item as intake reads it. */
export const asked = ({ tenantId, receivedAt }: CheckedPlan, { requestId, request }: SoundItem): IntakeItem => ({
  ...{ tenantId, via: 'api', source: 'api', requestId, request, receivedAt },
});

/** @throws ProblemError where there are any */
export function refuse(errors: readonly FieldFault[]): void {
  if (errors.length > 0) throw new ProblemError('invalid_fields', { errors: errors.slice(0, MOST_FAULTS) });
}
