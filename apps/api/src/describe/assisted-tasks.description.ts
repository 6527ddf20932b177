import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { CHANNELS } from '@homing/contracts';
import { ASSISTED_TASK_STATES } from '@homing/read-model';
import { TaskDeclineBody, TaskDoneBody } from '../assist-person/task.bodies.js';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';
import { schemaOf } from './request.schema.js';

const taskId = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string' }, description: 'as listed' });
const keyHeader = (): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'the same word under the same key stands once; without one a repeat is `already_done`',
  });
const refusals = ['not_found', 'already_done', 'withdrawn'] as const;
const bodies = ['malformed_json', 'invalid_fields', 'unsupported_media_type'] as const;

export const DescribeTasks = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listAssistedTasks',
      summary: 'Messages that a person is to send by hand, longest waiting first',
      description: 'Why, on which channel and until when; never to whom or what. Scope `assisted-tasks:read`.',
    }),
    ApiQuery({
      name: 'state',
      required: false,
      schema: { type: 'string', enum: [...ASSISTED_TASK_STATES, 'all'], default: 'open' },
    }),
    ApiQuery({ name: 'channel', required: false, schema: { type: 'string', enum: [...CHANNELS] } }),
    paging(),
    answers(200, 'AssistedTaskPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeTask = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'openAssistedTask',
      summary: 'One task with the text ready to copy and where to send it',
      description:
        'In clear while it is open, and only to whoever may still write to this person: suppressed, cancelled or stopped meanwhile it is `withdrawn`. That it was shown, and to which key, is on record for good. Scope `assisted-tasks:work`.',
    }),
    taskId(),
    ApiQuery({
      name: 'worker',
      required: false,
      schema: { type: 'string', maxLength: 64 },
      description:
        'who of those who share the key is going to send it, in one word that names nobody. Whoever says one has the task in hand for 15 minutes, and again with each look: everybody else is told `claimed`',
    }),
    answers(200, 'AssistedTask', 'The task; `message` while it is open'),
    DescribeProblems(...refusals, 'claimed', 'campaign_paused', 'invalid_fields'),
  );

export const DescribeTaskDone = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'finishAssistedTask',
      summary: 'Say that it was sent, or that it could not be',
      description:
        '`sent` (the default) counts and costs as sent; no receipt follows. `not_sent` fails the delivery for good, and a fallback goes on. Of several who say it the first is heard; the others get `already_done`. That it WAS sent is recorded even after its deadline, a cancellation, a suppression or somebody’s word that it was not: `despite` says so, and it counts and costs as sent.',
    }),
    taskId(),
    keyHeader(),
    ApiBody({ required: false, schema: schemaOf(TaskDoneBody) }),
    answers(200, 'AssistedTaskResult', 'It stands so, and what follows is under way'),
    DescribeProblems(...refusals, 'claimed', ...bodies),
  );

export const DescribeTaskDecline = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'declineAssistedTask',
      summary: 'Say that nobody will send it',
      description: 'The delivery fails for good, and a fallback goes on.',
    }),
    taskId(),
    keyHeader(),
    ApiBody({ required: false, schema: schemaOf(TaskDeclineBody) }),
    answers(200, 'AssistedTaskResult', 'It stands so, and what follows is under way'),
    DescribeProblems(...refusals, 'claimed', ...bodies),
  );
