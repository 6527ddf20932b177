import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeBatch,
  DescribeBatches,
  DescribeBatchItems,
  DescribeCancelBatch,
  DescribeSendBatch,
} from '../describe/batches.description.js';
import { readNoBody } from '../http/body.reader.js';
import { readId } from '../http/query.reader.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { idempotencyKeyOf } from '../take-request/request-id.policy.js';
import { BatchReader } from './batch.reader.js';
import { BatchTaker, type TakenBatch } from './batch.taker.js';

@Controller()
export class BatchesController {
  readonly #reader: BatchReader;

  constructor(
    @Inject(API_PARTS) parts: ApiParts,
    @Inject(BatchTaker) private readonly taker: BatchTaker,
  ) {
    this.#reader = new BatchReader(parts);
  }

  @Post('outreach/send-batch')
  @HttpCode(202)
  @NeedsScope('outreach:write')
  @DescribeSendBatch()
  async sendBatch(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<TakenBatch> {
    const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
    const taken = await this.taker.take(callerOf(request), { body, idempotencyKey });
    void reply.header('location', `/api/v1/batches/${taken.batchId}`);
    return taken;
  }

  @Get('batches')
  @NeedsScope('outreach:read')
  @DescribeBatches()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#reader.list(callerOf(request), query);
  }

  @Get('batches/:id')
  @NeedsScope('outreach:read')
  @DescribeBatch()
  find(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.#reader.find(callerOf(request), readId(id));
  }

  @Get('batches/:id/items')
  @NeedsScope('outreach:read')
  @DescribeBatchItems()
  items(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: unknown) {
    return this.#reader.items(callerOf(request), readId(id), query);
  }

  @Post('batches/:id/cancel')
  @HttpCode(202)
  @NeedsScope('outreach:write')
  @DescribeCancelBatch()
  cancel(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown) {
    readNoBody(body);
    return this.#reader.cancel(callerOf(request), readId(id));
  }
}
