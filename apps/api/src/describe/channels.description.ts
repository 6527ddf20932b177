import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';
import { ref } from './schema.parts.js';

const named = ApiParam({ name: 'channel', description: 'such as email' });

export const DescribeChannelConfig = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'readChannelConfig',
      summary: 'How the tenant uses a channel: quotas, retries, templates, sender',
      description:
        'What is configured stands beside `effective`, which is in force, and `defaults`, which a field has that is left out when the channel is configured. A channel that nobody configured has no quotas.',
    }),
    named,
    answers(200, 'ChannelConfig', 'As it stands'),
    DescribeProblems('not_found', 'invalid_fields'),
  );

export const DescribeSetChannelConfig = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'setChannelConfig',
      summary: 'Configure a channel: what is decided from then on follows it',
      description:
        'Replaces what was configured; a field that is left out is as `defaults` has it, `null` switches a limit off, and an empty body takes all the defaults. What does not fit into `maxPerHour` or `maxPerDay` is put off to the next hour that has room, never past its deadline. With `settingsVersion` the change is refused where somebody else changed the tenant’s rules meanwhile (`outdated`). Hours and days are those of the tenant’s `timeZone`.',
    }),
    named,
    ApiBody({ required: false, schema: ref('ChannelSettings') }),
    answers(200, 'ChannelConfig', 'As it stands now'),
    DescribeProblems('not_found', 'outdated', 'malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );
