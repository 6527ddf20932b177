import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam } from '@nestjs/swagger';
import { SettleBody } from '../command-outreach/command.bodies.js';
import { answers, DescribeProblems } from './problem.description.js';
import { schemaOf } from './request.schema.js';

const later = 'Held by the bus and not done yet; `Location` names where to look';

export const DescribeCancel = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'cancelOutreach',
      summary: 'Start nothing further of an outreach',
      description:
        'What has not started is cancelled; what is accepted and not decided yet is never decided. An attempt on its way cannot be called back: it keeps its course, and no retry or fallback follows it. Repeating it is harmless, with or without an `Idempotency-Key`.',
    }),
    ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } }),
    answers(200, 'Cancellation', '`nothing_to_cancel`: settled already, or only attempts under way'),
    answers(202, 'Cancellation', later),
    DescribeProblems('not_found', 'malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );

export const DescribeSettle = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'settleUnknownOutcome',
      summary: 'Say what became of an attempt whose outcome is unknown',
      description:
        'For somebody who has looked at the provider. `sent`: it has the message, and nothing is sent again. `not_sent`: it surely has not, and the retries go on; should it have it all the same, the person gets it twice. The same answer again is harmless, another one is 409.',
    }),
    ApiParam({ name: 'deliveryId', schema: { type: 'string' } }),
    ApiParam({ name: 'attempt', schema: { type: 'integer', minimum: 1 } }),
    ApiBody({ required: true, schema: schemaOf(SettleBody) }),
    answers(200, 'SettledOutcome', 'It stands so, and what follows is under way'),
    answers(202, 'SettledOutcome', later),
    DescribeProblems(
      'not_found',
      'not_unknown',
      'under_way',
      'malformed_json',
      'invalid_fields',
      'unsupported_media_type',
    ),
  );
