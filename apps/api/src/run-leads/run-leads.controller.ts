import { Body, Controller, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeRunLeads } from '../describe/lead-run.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { BatchTaker } from '../take-batch/batch.taker.js';
import { idempotencyKeyOf } from '../take-request/request-id.policy.js';
import type { LeadRunAnswer } from './lead-run.answer.js';
import { LeadRunner } from './lead.runner.js';

@Controller('leads')
export class RunLeadsController {
  readonly #runner: LeadRunner;

  constructor(@Inject(API_PARTS) parts: ApiParts, @Inject(BatchTaker) taker: BatchTaker) {
    this.#runner = new LeadRunner(parts, taker);
  }

  @Post('run')
  @NeedsScope('outreach:write')
  @DescribeRunLeads()
  async run(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<LeadRunAnswer> {
    const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
    const answer = await this.#runner.run(callerOf(request), { body, idempotencyKey });
    void reply.status(answer.batchId === undefined ? HttpStatus.OK : HttpStatus.ACCEPTED);
    if (answer.batchId !== undefined) void reply.header('location', `/api/v1/batches/${answer.batchId}`);
    return answer;
  }
}
