import { CHANNELS } from '@homing/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';
import { ref } from './schema.parts.js';

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
      description: 'of it alone; `decided`, `refused` and `depth` are of no channel and stay as they are',
      schema: { type: 'string', enum: [...CHANNELS] },
    }),
    answers(200, 'RoutingAnalytics', 'Counts as far as they are projected'),
    DescribeProblems('invalid_fields', 'not_found'),
  );

export const DescribePerformance = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'campaignPerformance',
      summary: 'What a campaign cost and what came of it: cost per message and per conversion, return on investment',
      description: 'Integer micro-units of the campaign’s currency. Where nothing is known it is null, never 0.',
    }),
    ApiParam({ name: 'campaignId', description: "the caller's own id of it" }),
    answers(200, 'CampaignPerformance', 'Figures as far as they are projected'),
    DescribeProblems('not_found'),
  );

export const DescribeReportConversion = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'reportConversion',
      summary: 'Somebody whom an outreach had reached did what it was for',
      description:
        'Names the outreach, or campaign and recipient: then it is of the last outreach of that campaign that had reached them by then, within 30 days. Counts once under its id, however often it is reported.',
    }),
    ApiBody({ required: true, schema: ref('ReportConversion') }),
    answers(201, 'ReportedConversion', 'It stands'),
    answers(200, 'ReportedConversion', 'It stood before'),
    answers(202, 'ReportedConversion', 'The bus holds it; the same report again tells what became of it'),
    DescribeProblems('malformed_json', 'unsupported_media_type', 'invalid_fields', 'different_content'),
  );
