import { CHANNELS, LARGEST_BATCH } from '@homing/contracts';
import { BATCH_STATES } from '../take-batch/batch.representation.js';
import { requestSchema } from './request.schema.js';
import { flag, instant, list, partial, record, ref, text, uuid, whole, type Schema } from './schema.parts.js';

const fault = record({ field: text, code: text, message: text });
const reason = record({ bucket: text, step: { ...text, nullable: true }, reason: text, count: whole });

const batch = {
  batchId: uuid,
  state: { type: 'string', enum: [...BATCH_STATES] },
  receivedAt: instant,
  acceptedAt: instant,
  cancelRequestedAt: instant,
  items: whole,
  accepted: whole,
  invalid: whole,
  expanded: { ...whole, description: 'handed over to be decided' },
  withheld: { ...whole, description: 'held back for good: the batch was cancelled first' },
  progress: record({
    percent: { ...whole, description: 'of the accepted, how many are neither pending nor unknown' },
    ...{ sent: whole, skipped: whole, failed: whole, refused: whole, pending: whole, unknown: whole },
    ...{ decided: whole, scheduled: whole, delivered: whole, opened: whole, clicked: whole, responded: whole },
    reasons: list(reason),
  }),
};

export const BATCH_SCHEMAS: Readonly<Record<string, Schema>> = {
  TakenBatch: record({
    batchId: uuid,
    requestId: text,
    status: { type: 'string', enum: ['accepted'] },
    items: whole,
    accepted: whole,
    refused: whole,
    results: list(
      partial(
        {
          index: whole,
          requestId: text,
          status: { type: 'string', enum: ['accepted', 'repeated', 'refused'] },
          outreachId: uuid,
          errors: list(fault),
        },
        ['index', 'status'],
      ),
    ),
  }),
  Batch: record(batch, ['cancelRequestedAt', 'progress']),
  BatchPage: partial({ items: list(ref('Batch')), nextCursor: text }, ['items']),
  BatchItemPage: partial(
    {
      items: list(
        partial(
          {
            index: whole,
            requestId: { ...text, description: "the caller's own" },
            outreachId: uuid,
            state: text,
            repeated: flag,
            channel: { type: 'string', enum: [...CHANNELS] },
            sendAt: instant,
            step: text,
            reason: text,
            errors: list(fault),
          },
          ['index', 'state', 'repeated'],
        ),
      ),
      nextCursor: text,
    },
    ['items'],
  ),
};

/** A request without its recipient, and the list of them. */
export function batchRequestSchema(): Schema {
  const request = requestSchema() as { properties: Record<string, Schema> };
  const { recipient = {}, requestId: _id, ...shared } = request.properties;
  const { tenantId: _tenant, campaignId: _campaign, ...overrides } = shared;
  const { properties, required } = recipient as { properties?: Schema; required?: readonly string[] };
  const id = { ...text, minLength: 1 };
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      requestId: { ...id, maxLength: 190 },
      ...shared,
      recipients: {
        ...{ type: 'array', minItems: 1, maxItems: LARGEST_BATCH },
        items: {
          type: 'object',
          additionalProperties: false,
          properties: {
            ...properties,
            requestId: { ...id, maxLength: 200, description: "default: the batch's, a slash and the place" },
            data: { type: 'object', description: "laid over the content's data" },
            overrides: { type: 'object', additionalProperties: false, properties: overrides },
          },
          required,
        },
      },
      spacing: {
        description: 'Items are planned evenly from `sendAt` or the receipt on, by their places.',
        oneOf: [
          record({ over: { ...text, description: 'ISO 8601 duration such as PT8H, at most P30D' } }),
          record({ perHour: { ...whole, minimum: 1, maximum: 1_000_000 } }),
        ],
      },
      allOrNothing: { ...flag, default: false },
    },
    required: ['content', 'recipients'],
  };
}
