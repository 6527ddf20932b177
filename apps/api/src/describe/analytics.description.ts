import { CHANNELS } from '@homing/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiQuery } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';

export const DescribeRouting = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'routingAnalytics',
      summary: 'How outreach was routed, and what came of it: by channel, place and reason',
      description:
        'Of the outreach accepted in the period, in whole hours (UTC); what follows later counts where its outreach does. At most 366 days at once.',
    }),
    ApiQuery({ name: 'from', required: false, description: 'day or instant; default 30 days before `to`' }),
    ApiQuery({ name: 'to', required: false, description: 'day or instant, not included; default now' }),
    ApiQuery({ name: 'campaignId', required: false, description: "the caller's own id of it" }),
    ApiQuery({
      name: 'channel',
      required: false,
      description: 'of it alone; `refused` and `depth` are of no channel and stay as they are',
      schema: { type: 'string', enum: [...CHANNELS] },
    }),
    answers(200, 'RoutingAnalytics', 'Counts as far as they are projected'),
    DescribeProblems('invalid_fields', 'not_found'),
  );
