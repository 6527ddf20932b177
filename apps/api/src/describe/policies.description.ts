import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';
import { ref } from './schema.parts.js';

export const DescribePolicies = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'readPolicies',
      summary: 'The tenant’s rules where a campaign says nothing: caps, look-back for repeats, prices, send times',
    }),
    answers(200, 'Policies', 'As they stand'),
    DescribeProblems('not_found'),
  );

export const DescribeSetPolicies = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'setPolicies',
      summary: 'Replace the tenant’s rules',
      description:
        'What was read may be sent back changed: with `settingsVersion` the change is refused where somebody else changed them meanwhile (`outdated`), `effective` is passed over. A price is the worst case of one message of its channel, in the currency of the campaigns that have a budget.',
    }),
    ApiBody({ required: true, schema: ref('TenantSettings') }),
    answers(200, 'Policies', 'As they stand now'),
    DescribeProblems('not_found', 'outdated', 'malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );

export const DescribeBudgets = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listBudgets',
      summary: 'Campaigns with a budget, newest first: the limits now, and what is reserved and spent',
    }),
    paging(),
    answers(200, 'BudgetPage', 'One page; figures as far as they are projected'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeBudget = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'findBudget',
      summary: 'A campaign’s budget with the days of the last month, newest first',
    }),
    ApiParam({ name: 'campaignId', description: "the caller's own id of it" }),
    answers(200, 'Budget', 'Figures as far as they are projected; a day’s limit is the one it was last charged under'),
    DescribeProblems('not_found'),
  );

export const DescribePacing = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'findPacing',
      summary: 'How a campaign’s budget is spent against an even rate over its period, and what to do about it',
      description:
        'Spent and reserved together are held against what an even rate would have spent by now. Within a tenth of that, or a hundredth of the total, spending is on track. Without `budget.totalMicros` and `budget.period` there is no rate; the answer says so.',
    }),
    ApiParam({ name: 'campaignId', description: "the caller's own id of it" }),
    answers(200, 'Pacing', 'Figures as far as they are projected'),
    DescribeProblems('not_found'),
  );
