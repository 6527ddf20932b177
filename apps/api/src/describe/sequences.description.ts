import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';
import { schemaOf } from './request.schema.js';
import { SetSequenceBody } from '../change-settings/settings.bodies.js';

const name = ApiParam({ name: 'name', description: 'such as `default_sequence`' });

export const DescribeListSequences = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listSequences',
      summary: 'The sequences a request may name: the tenant’s own and the product’s',
    }),
    answers(200, 'SequenceList', 'By name'),
    DescribeProblems('not_found'),
  );

export const DescribeFindSequence = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'findSequence', summary: 'One sequence' }),
    name,
    answers(200, 'Sequence', 'As it stands'),
    DescribeProblems('not_found'),
  );

export const DescribeSetSequence = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'setSequence',
      summary: 'Make or replace a sequence of the tenant',
      description:
        'Requests taken in from now on follow it; what was taken in before keeps the steps it had. One of the product’s names stands before the product’s. With `settingsVersion` the change is refused where somebody else changed the tenant’s settings meanwhile (`outdated`).',
    }),
    name,
    ApiBody({ required: true, schema: schemaOf(SetSequenceBody) }),
    answers(200, 'Sequence', 'As it stands now'),
    DescribeProblems('not_found', 'outdated', 'malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );

export const DescribeRemoveSequence = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'removeSequence',
      summary:
        'Remove a sequence of the tenant; where it stood before one of the product’s, that one is in force again',
    }),
    name,
    ApiNoContentResponse({ description: 'It is gone' }),
    DescribeProblems('not_found'),
  );
