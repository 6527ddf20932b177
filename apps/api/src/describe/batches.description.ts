import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { OUTREACH_STATES } from '../read-outreach/outreach.states.js';
import { BEFORE_OUTREACH } from '../take-batch/batch.reader.js';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';

const id = () => ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } });

export const DescribeSendBatch = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'sendBatch',
      summary: 'Reach up to 10,000 people in one call',
      description:
        'Answers 202 once every item is sealed or refused: nothing of what is sealed can be lost. What is wrong with one recipient refuses that item alone and is named by its place (`recipients[17].contacts.email[0]`); what is wrong with what all share, or with `allOrNothing` with any of them, refuses the call. The body may hold 32 MB. The same call with the same request id is the same batch and gets the same answer.',
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Stands in for `requestId` when the body has none; at most 190 characters.',
    }),
    ApiBody({ required: true, schema: { $ref: '#/components/schemas/BatchRequest' } }),
    answers(202, 'TakenBatch', 'Durable. `Location` names the batch.'),
    DescribeProblems(
      'malformed_json',
      'foreign_tenant',
      'different_content',
      'body_too_large',
      'unsupported_media_type',
      'invalid_fields',
    ),
  );

export const DescribeBatches = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'listBatches', summary: 'Batches, newest first' }),
    paging(),
    answers(200, 'BatchPage', 'One page, without progress; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeBatch = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'findBatch',
      summary: 'How far a batch is',
      description:
        '`items` = `accepted` + `invalid`; `accepted` = `sent` + `skipped` + `failed` + `refused` + `pending` + `unknown`, always. `completed` only when nothing is pending or unknown.',
    }),
    id(),
    answers(200, 'Batch', 'The counts'),
    DescribeProblems('not_found'),
  );

export const DescribeBatchItems = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'listBatchItems', summary: 'What became of each recipient, by place' }),
    id(),
    ApiQuery({
      name: 'state',
      required: false,
      schema: { type: 'string', enum: [...BEFORE_OUTREACH, ...OUTREACH_STATES] },
    }),
    ApiQuery({
      name: 'requestId',
      required: false,
      description: "the item of this request id alone: the caller's own, or `{batch's}/{place}`",
    }),
    paging(),
    answers(200, 'BatchItemPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('not_found', 'invalid_fields'),
  );

export const DescribeCancelBatch = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'cancelBatch',
      summary: 'Start nothing further of a batch',
      description:
        'What is not handed over yet never is; what was handed over is cancelled as single outreach are. Durable when it is answered. Repeating it is harmless.',
    }),
    id(),
    answers(202, 'Batch', 'It will be done; the state is `cancelling` until then'),
    DescribeProblems('not_found', 'malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );
