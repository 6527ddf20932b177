import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';

export const DescribeSend = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'sendOutreach',
      summary: 'Reach this person',
      description:
        'Answers 202 once the request is sealed and held by the bus: from then on it cannot be lost. Waits up to two seconds for the decision; without one the status is `accepted`.',
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Stands in for `requestId` when the body has none. The same id with the same content is the same outreach; with other content it is 409.',
    }),
    ApiHeader({ name: 'Prefer', required: false, description: '`respond-async`: answer `accepted` at once.' }),
    ApiBody({ required: true, schema: { $ref: '#/components/schemas/OutreachRequest' } }),
    answers(202, 'Decision', 'Durable. `Location` names the outreach.'),
    DescribeProblems(
      'malformed_json',
      'foreign_tenant',
      'different_content',
      'body_too_large',
      'unsupported_media_type',
      'invalid_fields',
    ),
  );
