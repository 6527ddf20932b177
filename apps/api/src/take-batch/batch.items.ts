import { setImmediate as breathe } from 'node:timers/promises';
import {
  type BatchEnvelope,
  type FieldFault,
  ofItem,
  type OutreachRequestDto,
  plannedInstant,
  readBatchItem,
  SPACED_LIFETIME_MS,
} from '@homing/contracts';

/** Recipients that are read, or hashed, before other requests get their turn. */
const AT_ONCE = 50;

/** One recipient, read. */
export type PlannedItem = SoundItem | FaultyItem;
export interface SoundItem {
  readonly index: number;
  /** The caller's own, else made of the batch's and the place. */
  readonly requestId: string;
  readonly ownRequestId: string | undefined;
  readonly request: OutreachRequestDto;
}
export interface FaultyItem {
  readonly index: number;
  readonly faults: readonly FieldFault[];
}

export interface Plan {
  readonly envelope: BatchEnvelope;
  readonly requestId: string;
  /** When the batch came the first time: where its spacing starts, unless it names a `sendAt`. */
  readonly receivedAt: string;
  /** What whoever planned the batch found wrong with its items, by place: these are refused. */
  readonly faultsOf?: FaultsByPlace;
}
export type FaultsByPlace = ReadonlyMap<number, readonly FieldFault[]>;

export const isSound = (item: PlannedItem): item is SoundItem => 'request' in item;

/** Every recipient as the request it stands for. Reads some at a time, so that others are answered meanwhile. */
export async function planItems(plan: Plan): Promise<PlannedItem[]> {
  const firstOf = new Map<string, number>();
  const items: PlannedItem[] = [];
  for (const index of plan.envelope.recipients.keys()) {
    if (index % AT_ONCE === 0) await breathe();
    const item = planItem(plan, index);
    const first = isSound(item) ? firstOf.get(item.requestId) : undefined;
    if (isSound(item) && first === undefined) firstOf.set(item.requestId, index);
    items.push(first === undefined ? item : { index, faults: [repeated(index, first)] });
  }
  return items;
}

function planItem({ envelope, requestId, receivedAt, faultsOf }: Plan, index: number): PlannedItem {
  const found = faultsOf?.get(index) ?? [];
  const reading = readBatchItem(envelope, index);
  if (reading.kind === 'invalid') return { index, faults: [...found, ...reading.faults] };
  if (found.length > 0) return { index, faults: found };
  const { requestId: ownRequestId } = reading;
  const request = Object.assign(reading.request, spaced(reading.request, { envelope, receivedAt }, index));
  return { index, requestId: ownRequestId ?? `${requestId}/${index}`, ownRequestId, request };
}

const repeated = (index: number, first: number): FieldFault => ({
  field: `recipients[${index}].requestId`,
  code: 'repeated',
  message: `is that of recipients[${first}] as well`,
});

/** The planned instant of a place, for an item that names none of its own. */
function spaced(
  request: OutreachRequestDto,
  { envelope: { spacing, recipients, common }, receivedAt }: Pick<Plan, 'envelope' | 'receivedAt'>,
  index: number,
): Pick<OutreachRequestDto, 'sendAt' | 'expiresAt'> {
  if (!spacing || request.sendAt !== (common['sendAt'] ?? undefined)) return {};
  const sendAt = plannedInstant({ start: request.sendAt ?? receivedAt, spacing, items: recipients.length }, index);
  const expiresAt = request.expiresAt ?? new Date(Date.parse(sendAt) + SPACED_LIFETIME_MS).toISOString();
  return { sendAt, expiresAt };
}

/** The fault of an item's request, by the names of the batch. */
export function faultOfPlace(fault: FieldFault, recipient: unknown, index: number): FieldFault {
  const { overrides } = (recipient ?? {}) as { overrides?: unknown };
  return ofItem(fault, `recipients[${index}]`, typeof overrides === 'object' && overrides !== null ? overrides : {});
}

/** Also of what has no canonical form, or is nested beyond reading: that item is refused, and its batch is still the same one. */
function digestOfAny(recipient: unknown, digest: (value: unknown) => Buffer): Buffer {
  try {
    return digest(recipient);
  } catch {
    return digest('unreadable');
  }
}

/**
 * One hash over the whole call, whatever the order of its keys. The names of the batch and of its tenant are no part of it.
 * @param digest of one value
 */
export async function digestOf(body: object, digest: (value: unknown) => Buffer): Promise<Buffer> {
  const { requestId: _id, tenantId: _tenant, recipients, ...others } = body as Record<string, unknown>;
  const hashes: string[] = [];
  for (const [index, recipient] of (recipients as unknown[]).entries()) {
    if (index % AT_ONCE === 0) await breathe();
    hashes.push(digestOfAny(recipient, digest).toString('base64'));
  }
  return digest({ others, hashes });
}
