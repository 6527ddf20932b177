import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { LEAD_STATUSES } from '@homing/read-model';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';
import { instant, list, partial, record, ref, text, uuid, whole, type Schema } from './schema.parts.js';

const status = {
  ...{ type: 'string', enum: [...LEAD_STATUSES] },
  description: 'the furthest that is true of them, in this order',
};
const maybe = (description: string): Schema => ({ ...instant, nullable: true, description });
const lead = {
  leadId: { ...uuid, description: 'our id of the person' },
  status,
  firstOutreachAt: maybe('null: nothing was sent'),
  lastOutreachAt: maybe('when a provider last took a message to them'),
  nextOutreachAt: maybe('of what is to be sent, the next'),
  lastDeliveredAt: maybe('null: nothing is known to have arrived'),
  lastEngagedAt: maybe('opened, read, clicked or answered'),
  lastRespondedAt: maybe('answered'),
  outreach: { ...whole, description: 'that were asked for' },
  attempts: { ...whole, description: 'of these a provider took a message' },
  conversions: whole,
};

/** What the routes of leads answer with. */
export const LEAD_SCHEMAS: Readonly<Record<string, Schema>> = {
  ListedLead: record(lead),
  LeadPage: partial({ items: list(ref('ListedLead')), nextCursor: text }, ['items']),
  Lead: record({ ...lead, history: { ...ref('OutreachPage') } }),
};

export const DescribeListLeads = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listLeads',
      summary: 'People of whom an outreach was asked: how far they have come, and when they were last written to',
      description: 'In the order of their ids; without names and addresses.',
    }),
    ApiQuery({ name: 'status', required: false, schema: { type: 'string', enum: [...LEAD_STATUSES] } }),
    paging(),
    answers(200, 'LeadPage', 'One page; figures as far as they are projected'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeFindLead = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'findLead',
      summary: 'One of them, with their history: the outreach that were asked for, newest first',
    }),
    ApiParam({ name: 'id', description: 'the caller’s id of the recipient, or our id of the lead' }),
    paging(),
    answers(200, 'Lead', '`cursor` and `limit` are of the history'),
    DescribeProblems('not_found', 'invalid_fields'),
  );
