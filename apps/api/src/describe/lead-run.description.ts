import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation } from '@nestjs/swagger';
import { LEAD_GRADES } from '@homing/domain';
import { LEAD_RUN_STATUSES } from '../run-leads/lead-run.answer.js';
import { DEFAULT_SEQUENCES } from '../run-leads/lead-run.reader.js';
import { batchRequestSchema } from './batch.schemas.js';
import { answers, DescribeProblems } from './problem.description.js';
import { flag, list, partial, record, ref, text, uuid, whole, type Schema } from './schema.parts.js';

const grade = { type: 'string', enum: [...LEAD_GRADES] };
const counts = { leads: whole, taken: whole, skipped: whole, refused: whole };

export const LEAD_RUN_SCHEMAS: Readonly<Record<string, Schema>> = {
  LeadRun: record(
    {
      runId: text,
      dryRun: flag,
      rule: { ...text, description: 'name of the default rule' },
      batchId: { ...uuid, description: 'absent where nothing was taken' },
      ...counts,
      grades: record(
        Object.fromEntries(LEAD_GRADES.map((name) => [name, record({ sequence: text, ...counts })])) as Record<
          string,
          Schema
        >,
      ),
      results: list(ref('RunLead')),
    },
    ['batchId'],
  ),
  RunLead: partial(
    {
      index: whole,
      leadId: text,
      grade,
      gradedBy: { type: 'string', enum: ['caller', 'rule'] },
      points: { ...whole, description: 'of the default rule, 0 to 100' },
      sequence: text,
      status: { type: 'string', enum: [...LEAD_RUN_STATUSES] },
      reason: { ...text, description: 'why it was left out' },
      requestId: text,
      outreachId: uuid,
      errors: list(record({ field: text, code: text, message: text })),
    },
    ['index', 'status'],
  ),
};

/** A batch's call with leads instead of recipients. */
export function leadRunRequestSchema(): Schema {
  const batch = batchRequestSchema() as { properties: Record<string, Schema> };
  const { recipients = {}, requestId = {}, sequence, steps: _s, strategy: _t, ...shared } = batch.properties;
  const { items, ...bounds } = recipients as { items: { properties: Record<string, Schema> } };
  const { id = {}, requestId: _own, overrides: _o, data: _d, ...person } = items.properties;
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      runId: requestId,
      ...shared,
      leads: {
        ...bounds,
        items: {
          type: 'object',
          additionalProperties: false,
          properties: {
            leadId: id,
            ...person,
            data: { type: 'object', description: "laid over the content's data, and over `name`" },
            grade: { ...grade, description: "stands instead of the rule's" },
            signals: {
              type: 'object',
              additionalProperties: false,
              properties: { score: { ...whole, minimum: 0, maximum: 100 }, engaged: flag },
            },
          },
          required: ['leadId', 'contacts'],
        },
      },
      sequences: {
        ...{ type: 'object', additionalProperties: false, default: DEFAULT_SEQUENCES },
        description: 'by grade the name of a sequence, or `skip`',
        properties: Object.fromEntries(LEAD_GRADES.map((name) => [name, sequence ?? text])),
      },
      dryRun: { ...flag, default: false },
    },
    required: ['leads'],
  };
}

export const DescribeRunLeads = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'runLeads',
      summary: 'Grade up to 10,000 leads and start for each the sequence of its grade',
      description:
        'A run is a batch of its `runId`: 202 once every lead is sealed, skipped or refused, and progress, items and cancelling at `/batches/{id}`. What is wrong with one lead refuses that lead alone and is named by its place (`leads[17].data.business_name`). The same call with the same `runId` is the same run. With `dryRun` nothing is taken.',
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Stands in for `runId` when the body has none; at most 190 characters.',
    }),
    ApiBody({ required: true, schema: { $ref: '#/components/schemas/LeadRunRequest' } }),
    answers(202, 'LeadRun', 'Durable. `Location` names the batch.'),
    answers(200, 'LeadRun', 'Nothing was taken: a dry run, or nobody is left'),
    DescribeProblems(
      'malformed_json',
      'foreign_tenant',
      'different_content',
      'body_too_large',
      'unsupported_media_type',
      'invalid_fields',
    ),
  );
