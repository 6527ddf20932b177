import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { DecisionAnswer } from '@homing/contracts';
import { handedOn } from '@homing/service-kit/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeSend } from '../describe/take-request.description.js';
import { invalidField } from '../problem/problem.error.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { OutreachTaker } from './outreach.taker.js';
import { prefersAsync } from './request-id.policy.js';

@Controller('outreach')
export class TakeRequestController {
  readonly #taker: OutreachTaker;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#taker = new OutreachTaker(parts);
  }

  @Post('send')
  @HttpCode(202)
  @NeedsScope('outreach:write')
  @DescribeSend()
  async send(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<DecisionAnswer> {
    const idempotencyKey = request.headers['idempotency-key'];
    if (Array.isArray(idempotencyKey)) throw invalidField('Idempotency-Key', 'malformed', 'must be given once');
    const respondAsync = prefersAsync(String(request.headers['prefer'] ?? ''));
    const traceparent = handedOn(request.headers['traceparent']);
    const answer = await this.#taker.take(callerOf(request), { body, idempotencyKey, respondAsync, traceparent });
    void reply.header('location', `/api/v1/outreach/${answer.outreachId}`);
    if (respondAsync) void reply.header('preference-applied', 'respond-async');
    return answer;
  }
}
