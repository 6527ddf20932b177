import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeSendTimes } from '../describe/send-times.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { reportSendTimes } from './send-times.reader.js';

@Controller('analytics/send-times')
export class SendTimesController {
  constructor(@Inject(API_PARTS) private readonly parts: Pick<ApiParts, 'queries' | 'registry'>) {}

  @Get()
  @NeedsScope('campaigns:read')
  @DescribeSendTimes()
  report(@Req() request: FastifyRequest, @Query() query: unknown) {
    return reportSendTimes(this.parts, { caller: callerOf(request), query, now: new Date() });
  }
}
