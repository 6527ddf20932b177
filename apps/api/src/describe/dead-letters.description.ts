import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { DEAD_LETTER_STATES, DISCARD_REASONS, POISON_REASONS } from '@homing/contracts';
import { paging } from './read-outreach.description.js';
import { answers, DescribeProblems } from './problem.description.js';

const letterId = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } });
const owner = (): MethodDecorator =>
  ApiQuery({
    name: 'owner',
    required: false,
    schema: { type: 'string', enum: ['tenant', 'installation'], default: 'tenant' },
    description: '`installation`: those of which no tenant is known; needs the scope `installation:operate`',
  });

export const DescribeLetters = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listDeadLetters',
      summary: 'Messages that could not be handled, newest first',
      description: 'Why, which fields, whose, when and how large; never what they say. Scope `dead-letters:read`.',
    }),
    ApiQuery({ name: 'consumer', required: false, description: 'who could not handle it' }),
    ApiQuery({ name: 'reason', required: false, schema: { type: 'string', enum: Object.keys(POISON_REASONS) } }),
    ApiQuery({ name: 'state', required: false, schema: { type: 'string', enum: [...DEAD_LETTER_STATES] } }),
    owner(),
    paging(),
    answers(200, 'DeadLetterPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeLetter = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'findDeadLetter',
      summary: 'One dead letter, and what was done with it',
      description: 'Never what it says. Scope `dead-letters:read`.',
    }),
    letterId(),
    answers(200, 'DeadLetter', 'The letter'),
    DescribeProblems('not_found'),
  );

export const DescribeContent = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'readDeadLetterContent',
      summary: 'What a dead letter says, in clear',
      description: 'Scope `dead-letters:read-content`. That it was read, and by which key, is on record for good.',
    }),
    letterId(),
    answers(200, 'DeadLetterContent', 'As JSON where it is JSON, else as text, else as base64'),
    DescribeProblems('not_found', 'already_resolved', 'content_gone'),
  );

export const DescribeReplay = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'replayDeadLetter',
      summary: 'Hand a message in again, as it was or repaired',
      description:
        'Checked first, by the rules of its consumer: what would be refused again is 422 and names the fields. A replay keeps the source and id of the message, whatever is repaired, so that it can never become a second one; a letter is replayed once. Scope `dead-letters:write`.',
    }),
    letterId(),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The same key with the same body again gets the first answer; with another body it is 409.',
    }),
    ApiBody({ required: false, schema: { $ref: '#/components/schemas/Replay' } }),
    answers(202, 'ResolvedLetter', 'Durable. `Location` names the outreach, where it became one.'),
    DescribeProblems(
      'malformed_json',
      'not_found',
      'already_resolved',
      'different_content',
      'not_repairable',
      'content_gone',
      'body_too_large',
      'unsupported_media_type',
      'invalid_fields',
    ),
  );

export const DescribeDiscard = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'discardDeadLetter',
      summary: 'Give a dead letter up',
      description:
        'Its content is removed; that it was there, and why it was given up, is kept. Scope `dead-letters:write`.',
    }),
    letterId(),
    ApiQuery({ name: 'reason', required: true, schema: { type: 'string', enum: [...DISCARD_REASONS] } }),
    answers(200, 'ResolvedLetter', 'Given up, now or before with the same reason'),
    DescribeProblems('not_found', 'already_resolved', 'invalid_fields'),
  );

export const DescribeUnmatchedSignals = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listUnmatchedSignals',
      summary: 'What providers said of something that is not known (yet), newest first',
      description:
        'Each is tried against every provider id that is recorded, for 72 hours; then it is let go. Scope `outreach:read`.',
    }),
    ApiQuery({ name: 'provider', required: false }),
    owner(),
    paging(),
    answers(200, 'UnmatchedSignalPage', 'One page, with counts of all'),
    DescribeProblems('invalid_fields'),
  );
