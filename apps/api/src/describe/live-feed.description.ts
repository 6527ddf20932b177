import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { DescribeProblems } from './problem.description.js';

export const DescribeEvents = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'followEvents',
      summary: 'Every transition of the tenant, live (server-sent events)',
      description:
        'Each event is `id: <position>` and `data: <Transition as JSON>`. Resuming after an id gives every later event once, in order. Without a place to resume from, the stream begins now; `after=0` begins at the beginning.',
    }),
    ApiHeader({ name: 'Last-Event-ID', required: false, description: 'the last id seen; goes before `after`' }),
    ApiQuery({ name: 'after', required: false, schema: { type: 'string', pattern: '^\\d+$' } }),
    ApiResponse({
      status: 200,
      description: 'Never ends by itself',
      content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/Transition' } } },
    }),
    DescribeProblems('invalid_fields'),
  );
