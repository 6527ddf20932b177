import { CHANNELS, INBOUND_CLASSES } from '@homing/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';
import { instant, list, partial, ref, text, uuid, type Schema } from './schema.parts.js';

const id = (): MethodDecorator => ApiParam({ name: 'inboundId', schema: { type: 'string', format: 'uuid' } });

export const DescribeInbound = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listInbound',
      summary: 'What people wrote to you, newest first',
      description:
        'Answers, wishes to hear no more or again, calls for help, what machines wrote, and what answers nothing you sent; never what it says. Announced on the bus as `event.inbound.received`. Scope `inbound:read`.',
    }),
    ApiQuery({
      name: 'owner',
      required: false,
      description:
        '`installation`: what nobody can tell whose it is (it answers nothing, and came to an address of no tenant); needs the scope `installation:operate`',
      schema: { type: 'string', enum: ['tenant', 'installation'], default: 'tenant' },
    }),
    ApiQuery({ name: 'class', required: false, schema: { type: 'string', enum: [...INBOUND_CLASSES] } }),
    ApiQuery({ name: 'channel', required: false, schema: { type: 'string', enum: [...CHANNELS] } }),
    ApiQuery({
      name: 'outreachId',
      required: false,
      description: 'what is answered',
      schema: { type: 'string', format: 'uuid' },
    }),
    paging(),
    answers(200, 'InboundPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields', 'missing_scope'),
  );

export const DescribeFindInbound = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'findInbound', summary: 'One message somebody wrote to you; never what it says' }),
    id(),
    answers(200, 'Inbound', 'Who, when and what kind'),
    DescribeProblems('not_found'),
  );

export const DescribeInboundText = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'readInboundText',
      summary: 'What somebody wrote, in clear',
      description: 'Scope `inbound:read-content`. That it was read, and by which key, is on record for good.',
    }),
    id(),
    answers(
      200,
      'InboundText',
      'As the provider gave it; of an email without what is quoted, where the provider can tell',
    ),
    DescribeProblems('not_found', 'content_gone'),
  );

export const INBOUND_SCHEMAS: Readonly<Record<string, Schema>> = {
  Inbound: partial(
    {
      inboundId: uuid,
      provider: text,
      channel: { type: 'string', enum: [...CHANNELS] },
      class: {
        type: 'string',
        enum: [...INBOUND_CLASSES],
        description: '`automatic`: out of office and the like, which is no reply; `other`: answers nothing you sent',
      },
      contact: {
        ...text,
        nullable: true,
        description: 'masked; null where the sender was erased or has no such address',
      },
      outreachId: { ...uuid, description: 'what it answers, where that is known' },
      deliveryId: text,
      occurredAt: instant,
      receivedAt: instant,
    },
    ['inboundId', 'provider', 'channel', 'class', 'contact', 'occurredAt', 'receivedAt'],
  ),
  InboundPage: partial({ items: list(ref('Inbound')), nextCursor: text }, ['items']),
  InboundText: partial({ inboundId: uuid, from: text, to: text, subject: text, text }, ['inboundId', 'from', 'to']),
};
