import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeFindInbound, DescribeInbound, DescribeInboundText } from '../describe/inbound.description.js';
import { readId } from '../http/query.reader.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { InboundReader } from './inbound.reader.js';

@Controller('inbound')
export class InboundController {
  readonly #reader: InboundReader;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#reader = new InboundReader(parts);
  }

  @Get()
  @NeedsScope('inbound:read')
  @DescribeInbound()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#reader.list(callerOf(request), query);
  }

  @Get(':inboundId')
  @NeedsScope('inbound:read')
  @DescribeFindInbound()
  find(@Req() request: FastifyRequest, @Param('inboundId') id: string) {
    return this.#reader.find(callerOf(request), readId(id));
  }

  @Get(':inboundId/text')
  @NeedsScope('inbound:read-content')
  @DescribeInboundText()
  text(@Req() request: FastifyRequest, @Param('inboundId') id: string) {
    return this.#reader.text(callerOf(request), readId(id));
  }
}
