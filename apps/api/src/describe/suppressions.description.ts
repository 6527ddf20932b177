import { CHANNELS, SUPPRESSION_REASONS } from '@homing/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { SuppressBody } from '../suppress-contact/suppression.bodies.js';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';
import { schemaOf } from './request.schema.js';
import { LIFT_REASON_SCHEMA } from './settings.schemas.js';

const id = (): MethodDecorator => ApiParam({ name: 'suppressionId', schema: { type: 'string' } });
const later = 'Held by the bus and not done yet: until then the address can be written to';

export const DescribeSuppressions = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listSuppressions',
      summary: 'Addresses that nothing is sent to, newest first, masked',
      description:
        'A hard bounce, a spam complaint and an unsubscription hold an address back by themselves. A phone number is held back on every channel that uses it.',
    }),
    ApiQuery({ name: 'channel', required: false, schema: { type: 'string', enum: [...CHANNELS] } }),
    ApiQuery({ name: 'reason', required: false, schema: { type: 'string', enum: [...SUPPRESSION_REASONS] } }),
    paging(),
    answers(200, 'SuppressionPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeFindSuppression = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'findSuppression', summary: 'One address that nothing is sent to, and why' }),
    id(),
    answers(200, 'Suppression', 'As it stands'),
    DescribeProblems('not_found'),
  );

export const DescribeSuppress = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'suppressAddress',
      summary: 'Send nothing more to an address',
      description:
        'Counts for every message of the tenant, those already planned included, from the answer on. Repeating it is harmless, with or without an `Idempotency-Key`. The address itself is not kept.',
    }),
    ApiBody({ required: true, schema: schemaOf(SuppressBody) }),
    answers(201, 'SuppressionAnswer', 'It is held back'),
    answers(200, 'SuppressionAnswer', 'It was held back before'),
    answers(202, 'SuppressionAnswer', later),
    DescribeProblems('malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );

export const DescribeLift = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'liftSuppression',
      summary: 'Let an address be written to again',
      description:
        'Lifts every reason in force, a person’s unsubscription included: have their consent. What a provider says later holds it back again.',
    }),
    id(),
    ApiQuery({ name: 'reason', required: true, description: 'why it is lifted', schema: LIFT_REASON_SCHEMA }),
    ApiQuery({ name: 'note', required: false, description: 'where the reason is kept, such as TICKET-4711' }),
    answers(200, 'SuppressionAnswer', 'It is lifted'),
    answers(202, 'SuppressionAnswer', 'Held by the bus and not done yet'),
    DescribeProblems('not_found', 'invalid_fields'),
  );
