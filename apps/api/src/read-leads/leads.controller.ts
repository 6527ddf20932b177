import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeFindLead, DescribeListLeads } from '../describe/leads.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { LeadReader } from './lead.reader.js';

@Controller('leads')
export class LeadsController {
  readonly #reader: LeadReader;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#reader = new LeadReader(parts);
  }

  @Get()
  @NeedsScope('outreach:read')
  @DescribeListLeads()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#reader.list(callerOf(request), query);
  }

  @Get(':id')
  @NeedsScope('outreach:read')
  @DescribeFindLead()
  find(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: unknown) {
    return this.#reader.find(callerOf(request), id, query);
  }
}
