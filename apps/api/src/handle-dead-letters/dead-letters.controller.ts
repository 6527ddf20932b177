import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeContent,
  DescribeDiscard,
  DescribeLetter,
  DescribeLetters,
  DescribeReplay,
} from '../describe/dead-letters.description.js';
import { readId } from '../http/query.reader.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { idempotencyKeyOf } from '../take-request/request-id.policy.js';
import { LetterHandler } from './letter.handler.js';

@Controller('dead-letters')
export class DeadLettersController {
  readonly #handler: LetterHandler;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#handler = new LetterHandler(parts);
  }

  @Get()
  @NeedsScope('dead-letters:read')
  @DescribeLetters()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#handler.list(callerOf(request), query);
  }

  @Get(':id')
  @NeedsScope('dead-letters:read')
  @DescribeLetter()
  find(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.#handler.find(callerOf(request), readId(id));
  }

  @Get(':id/content')
  @NeedsScope('dead-letters:read-content')
  @DescribeContent()
  content(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.#handler.content(callerOf(request), readId(id));
  }

  @Post(':id/replay')
  @HttpCode(202)
  @NeedsScope('dead-letters:write')
  @DescribeReplay()
  async replay(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
    const resolved = await this.#handler.replay(callerOf(request), readId(id), { body, idempotencyKey });
    const { outreachId } = resolved.resolution;
    if (outreachId !== undefined) void reply.header('location', `/api/v1/outreach/${outreachId}`);
    return resolved;
  }

  @Delete(':id')
  @NeedsScope('dead-letters:write')
  @DescribeDiscard()
  discard(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: unknown) {
    return this.#handler.discard(callerOf(request), readId(id), query);
  }
}
