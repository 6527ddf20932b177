import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeFindSuppression,
  DescribeLift,
  DescribeSuppress,
  DescribeSuppressions,
} from '../describe/suppressions.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { ContactSuppressor, type Suppressed } from './contact.suppressor.js';

@Controller('suppressions')
export class SuppressionsController {
  readonly #suppressor: ContactSuppressor;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#suppressor = new ContactSuppressor(parts);
  }

  @Get()
  @NeedsScope('suppressions:read')
  @DescribeSuppressions()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#suppressor.list(callerOf(request), query);
  }

  @Get(':suppressionId')
  @NeedsScope('suppressions:read')
  @DescribeFindSuppression()
  find(@Req() request: FastifyRequest, @Param('suppressionId') id: string) {
    return this.#suppressor.find(callerOf(request), id);
  }

  @Post()
  @NeedsScope('suppressions:write')
  @DescribeSuppress()
  async suppress(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<Suppressed> {
    const answer = await this.#suppressor.suppress(callerOf(request), body);
    void reply.code(STATUS[answer.status]).header('location', `/api/v1/suppressions/${answer.suppressionId}`);
    return answer;
  }

  @Delete(':suppressionId')
  @NeedsScope('suppressions:write')
  @DescribeLift()
  async lift(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('suppressionId') id: string,
    @Query() query: unknown,
  ): Promise<Suppressed> {
    const answer = await this.#suppressor.lift(callerOf(request), id, query);
    void reply.code(STATUS[answer.status]);
    return answer;
  }
}

const STATUS: Readonly<Record<Suppressed['status'], number>> = {
  suppressed: 201,
  lifted: 200,
  unchanged: 200,
  accepted: 202,
};
