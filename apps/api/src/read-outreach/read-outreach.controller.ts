import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeCampaignStatus,
  DescribeFind,
  DescribeList,
  DescribeUnknownOutcomes,
} from '../describe/read-outreach.description.js';
import { readId } from '../http/query.reader.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { OutreachReader } from './outreach.reader.js';

@Controller()
export class ReadOutreachController {
  readonly #reader: OutreachReader;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#reader = new OutreachReader(parts);
  }

  @Get('outreach')
  @NeedsScope('outreach:read')
  @DescribeList()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#reader.list(callerOf(request), query);
  }

  @Get('outreach/:id')
  @NeedsScope('outreach:read')
  @DescribeFind()
  find(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.#reader.find(callerOf(request), readId(id));
  }

  @Get('outreach/campaigns/:id/status')
  @NeedsScope('outreach:read')
  @DescribeCampaignStatus()
  campaignStatus(@Req() request: FastifyRequest, @Param('id') campaignId: string) {
    return this.#reader.campaignStatus(callerOf(request), campaignId);
  }

  @Get('unknown-outcomes')
  @NeedsScope('outreach:read')
  @DescribeUnknownOutcomes()
  unknownOutcomes(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#reader.unknownOutcomes(callerOf(request), query);
  }
}
