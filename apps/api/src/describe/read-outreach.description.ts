import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../http/query.reader.js';
import { OUTREACH_STATES } from '../read-outreach/outreach.states.js';
import { answers, DescribeProblems } from './problem.description.js';

/** Cursor and limit of a list. */
export const paging = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({ name: 'cursor', required: false, description: '`nextCursor` of the page before' }),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: DEFAULT_PAGE },
    }),
  );

export const DescribeList = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'listOutreach', summary: 'Outreach, newest first' }),
    ApiQuery({ name: 'recipientId', required: false, description: "the caller's own id of the person" }),
    ApiQuery({ name: 'campaignId', required: false }),
    ApiQuery({ name: 'state', required: false, schema: { type: 'string', enum: [...OUTREACH_STATES] } }),
    paging(),
    answers(200, 'OutreachPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeFind = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'findOutreach', summary: 'One outreach: deliveries, attempts, timeline, and why' }),
    ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } }),
    answers(200, 'Outreach', 'As far as it is recorded; `accepted` while nothing is yet'),
    DescribeProblems('not_found'),
  );

export const DescribeCampaignStatus = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'campaignStatus',
      summary: 'How far a campaign is',
      description: '`audience` = `sent` + `skipped` + `failed` + `pending` + `unknown` + `refused`, always.',
    }),
    ApiParam({ name: 'id', description: "the caller's own id of the campaign" }),
    answers(200, 'CampaignStatus', 'The counts'),
    DescribeProblems('not_found'),
  );

export const DescribeUnknownOutcomes = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listUnknownOutcomes',
      summary: 'Attempts of which nobody knows yet whether the provider took them, longest open first',
    }),
    paging(),
    answers(200, 'UnknownOutcomePage', 'One page'),
    DescribeProblems('invalid_fields'),
  );
