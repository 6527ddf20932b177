import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiQuery } from '@nestjs/swagger';
import { CHANNELS, WEEKDAYS } from '@homing/contracts';
import { answers, DescribeProblems } from './problem.description.js';
import { instant, list, record, ref, text, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };
const share = (description: string): Schema => ({ type: 'number', minimum: 0, maximum: 1, description });
const counts = {
  sent: { ...whole, description: 'messages a provider took' },
  delivered: whole,
  engaged: { ...whole, description: 'of these a person opened, read, clicked or answered' },
};
const hour = {
  weekday: { type: 'string', enum: [...WEEKDAYS] },
  hour: { ...whole, minimum: 0, maximum: 23, description: 'by the clock of the person' },
};
const best = {
  ...hour,
  expectedRate: share('share expected to engage: what was seen, shrunk toward the wider past, as decisions reckon it'),
  confidence: share('how much of it was seen at that hour of the day rather than assumed: n / (n + 20)'),
};

export const SEND_TIMES_SCHEMAS: Readonly<Record<string, Schema>> = {
  BestHour: record(best),
  ChannelSendTimes: record({
    channel,
    ...counts,
    engagementRate: { ...share('engaged / sent; null where nothing was sent'), nullable: true },
    sentWithoutZone: { ...whole, description: 'of sent: to people of whom no zone is known, and so no hour' },
    bestHours: { ...list(ref('BestHour')), description: 'up to three, best first' },
    byCustomerType: {
      ...list(record({ customerType: text, ...best })),
      description: 'the best hour of each customer type that was written to',
    },
    hours: {
      ...list(
        record({
          ...{ ...hour, ...counts },
          deliveryRate: share('delivered / sent'),
          engagementRate: share('engaged / sent'),
          expectedRate: best.expectedRate,
        }),
      ),
      description: 'hours in which something was sent, in the order of the week',
    },
  }),
  SendTimes: record({
    from: instant,
    to: instant,
    campaignId: { ...text, nullable: true },
    channel: { ...channel, nullable: true },
    channels: list(ref('ChannelSendTimes')),
  }),
};

const bound = { required: false, schema: { type: 'string' } } as const;

export const DescribeSendTimes = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'reportSendTimes',
      summary: 'What messages came to by channel and hour of the week, and the best hours',
      description:
        'Hours are those of the people’s own clocks. Messages of the last hours had little time to engage anybody: decisions leave out the last 24. The same rows are the view `send_hours` for analysts.',
    }),
    ApiQuery({
      ...bound,
      name: 'from',
      description: 'a day (UTC) or an instant, by whole hours; default 30 days before `to`',
    }),
    ApiQuery({
      ...bound,
      name: 'to',
      description: 'a day (UTC) or an instant, by whole hours; default now; at most 366 days after `from`',
    }),
    ApiQuery({ name: 'channel', required: false, schema: { type: 'string', enum: [...CHANNELS] } }),
    ApiQuery({
      name: 'campaignId',
      required: false,
      description: "the caller's own id of it",
      schema: { type: 'string' },
    }),
    answers(200, 'SendTimes', 'Figures as far as they are projected'),
    DescribeProblems('not_found', 'invalid_fields'),
  );
