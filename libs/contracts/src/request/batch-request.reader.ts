import { type BatchSpacing, spacingFaults } from './batch-spacing.reader.js';
import { type FieldFault, printable } from './field-fault.js';
import { readOutreachRequest, type RequestReading } from './validate-request.js';

/** Recipients one call may name. */
export const LARGEST_BATCH = 10_000;
/** The batch's own request id leaves room for the places that are added to it. */
const LONGEST_REQUEST_ID = 190;

/** The envelope of `POST /api/v1/outreach/send-batch`; each recipient is read by itself. */
export interface BatchEnvelope {
  readonly requestId?: string;
  /** What all items say: a request without its recipient. */
  readonly common: Readonly<Record<string, unknown>>;
  readonly recipients: readonly unknown[];
  readonly spacing?: BatchSpacing;
  /** True: one item that cannot be taken refuses the whole batch. Default false. */
  readonly allOrNothing: boolean;
}

export type BatchReading =
  | { readonly kind: 'valid'; readonly batch: BatchEnvelope }
  | { readonly kind: 'invalid'; readonly faults: readonly FieldFault[] };

/** Stands for a recipient while what all items share is checked. */
const ANYBODY = { id: 'anybody', contacts: { email: 'anybody@example.test' } };

/** Reads everything but the recipients. A fault here is the whole call's: it would be every item's. */
export function readBatchEnvelope(body: unknown): BatchReading {
  if (!isRecord(body)) return invalid('', 'not_an_object', 'the body must be a JSON object');
  const { requestId, tenantId: _tenant, recipients, spacing, allOrNothing, ...common } = body;
  if (!Array.isArray(recipients) || recipients.length < 1 || recipients.length > LARGEST_BATCH) {
    return invalid('recipients', 'malformed', `must be a list of 1 to ${LARGEST_BATCH} recipients`);
  }
  const faults: FieldFault[] = [];
  const fault = (field: string, code: string, message: string): void => void faults.push({ field, code, message });
  if (!isAbsent(requestId) && !isName(requestId, LONGEST_REQUEST_ID)) {
    fault('requestId', 'malformed', `must be a text of 1 to ${LONGEST_REQUEST_ID} characters`);
  }
  if (!isAbsent(allOrNothing) && typeof allOrNothing !== 'boolean') {
    fault('allOrNothing', 'malformed', 'must be true or false');
  }
  if (common['recipient'] !== undefined) fault('recipient', 'unknown_field', 'each of recipients names one');
  if (!isAbsent(spacing)) faults.push(...spacingFaults(spacing, recipients.length));
  const reading = readOutreachRequest({ ...common, recipient: ANYBODY }, { unknownFields: 'refuse' });
  if (reading.kind === 'invalid') faults.push(...reading.faults);
  if (faults.length > 0) return { kind: 'invalid', faults };
  return {
    kind: 'valid',
    batch: {
      ...(isAbsent(requestId) ? {} : { requestId: requestId as string }),
      common,
      recipients,
      ...(isAbsent(spacing) ? {} : { spacing: spacing as BatchSpacing }),
      allOrNothing: allOrNothing === true,
    },
  };
}

export type BatchItemReading = RequestReading & {
  /** The item's own, where it gave one that can be used. */
  readonly requestId?: string;
};

/** What an item may not say otherwise than its batch. */
const FIXED = new Set(['recipient', 'requestId', 'tenantId', 'campaignId']);

/**
 * One recipient as the request it stands for: what all share, over it the item's `overrides`, and its `data` over the content's. Faults
 * name the item's own fields, as in `recipients[17].contacts.email[0]`.
 */
export function readBatchItem(batch: BatchEnvelope, index: number): BatchItemReading {
  const place = `recipients[${index}]`;
  const given = batch.recipients[index];
  if (!isRecord(given)) return invalid(place, 'not_an_object', 'must be a JSON object');
  const { requestId, data, overrides, ...recipient } = given;
  const own = isAbsent(requestId) ? {} : { requestId: requestId as string };
  const faults: FieldFault[] = [];
  const fault = (field: string, code: string, message: string): void =>
    void faults.push({ field: `${place}.${field}`, code, message });
  if (!isAbsent(requestId) && !isName(requestId, 200)) {
    fault('requestId', 'malformed', 'must be a text of 1 to 200 characters');
  }
  if (!isAbsent(data) && !isRecord(data)) fault('data', 'not_an_object', 'must be a JSON object');
  if (!isAbsent(overrides) && !isRecord(overrides)) fault('overrides', 'not_an_object', 'must be a JSON object');
  const other = isRecord(overrides) ? overrides : {};
  for (const name of Object.keys(other)) {
    if (FIXED.has(name)) fault(`overrides.${name}`, 'unknown_field', 'cannot differ from item to item');
  }
  if (faults.length > 0) return { kind: 'invalid', faults };
  const request = { ...batch.common, ...other, recipient } as Record<string, unknown>;
  if (isRecord(data) && isRecord(request['content'])) {
    const { content } = request as { content: Record<string, unknown> };
    request['content'] = { ...content, data: { ...(isRecord(content['data']) ? content['data'] : {}), ...data } };
  }
  const reading = readOutreachRequest(request, { unknownFields: 'refuse' });
  if (reading.kind === 'invalid') {
    return { kind: 'invalid', faults: reading.faults.map((each) => ofItem(each, place, other)) };
  }
  return { ...reading, ...own };
}

/** The fault of a request by the name its field has in the batch. */
export function ofItem(fault: FieldFault, place: string, overrides: object = {}): FieldFault {
  const [top = ''] = fault.field.split(/[.[]/);
  if (top === 'recipient') return { ...fault, field: `${place}${fault.field.slice('recipient'.length)}` };
  if (fault.field.startsWith('content.data')) return { ...fault, field: `${place}.${fault.field.slice(8)}` };
  const within = Object.hasOwn(overrides, top) ? `${place}.overrides` : place;
  return { ...fault, field: fault.field === '' ? place : `${within}.${printable(fault.field)}` };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Many serialisers write what is absent as null. */
const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;
const isName = (value: unknown, longest: number): boolean =>
  typeof value === 'string' &&
  value.length >= 1 &&
  value.length <= longest &&
  value.isWellFormed() &&
  !value.includes('\u0000');
const invalid = (field: string, code: string, message: string) =>
  ({ kind: 'invalid', faults: [{ field, code, message }] }) as const;
