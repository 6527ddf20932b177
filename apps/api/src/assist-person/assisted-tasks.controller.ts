import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeTask,
  DescribeTaskDecline,
  DescribeTaskDone,
  DescribeTasks,
} from '../describe/assisted-tasks.description.js';
import { readBody } from '../http/body.reader.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { idempotencyKeyOf } from '../take-request/request-id.policy.js';
import { TaskDeclineBody, TaskDoneBody } from './task.bodies.js';
import { TaskHandler, type TaskWord } from './task.handler.js';

@Controller('assisted-tasks')
export class AssistedTasksController {
  readonly #handler: TaskHandler;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#handler = new TaskHandler(parts);
  }

  @Get()
  @NeedsScope('assisted-tasks:read')
  @DescribeTasks()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#handler.list(callerOf(request), query);
  }

  @Get(':id')
  @NeedsScope('assisted-tasks:work')
  @DescribeTask()
  find(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: unknown) {
    return this.#handler.find(callerOf(request), id, query);
  }

  @Post(':id/done')
  @HttpCode(200)
  @NeedsScope('assisted-tasks:work')
  @DescribeTaskDone()
  done(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown) {
    const { outcome = 'sent', ...said } = readBody(TaskDoneBody, body ?? {});
    return this.#finish(request, id, { outcome, ...said });
  }

  @Post(':id/decline')
  @HttpCode(200)
  @NeedsScope('assisted-tasks:work')
  @DescribeTaskDecline()
  decline(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown) {
    return this.#finish(request, id, { outcome: 'declined', ...readBody(TaskDeclineBody, body ?? {}) });
  }

  #finish(request: FastifyRequest, id: string, word: Omit<TaskWord, 'idempotencyKey'>) {
    const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
    return this.#handler.finish(callerOf(request), id, { ...word, idempotencyKey });
  }
}
