import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeReportConversion } from '../describe/analytics.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { ConversionReporter, type ReportedConversion } from './conversion.reporter.js';

const CODES = { recorded: 201, duplicate: 200, accepted: 202 } as const;

@Controller('conversions')
export class ConversionsController {
  readonly #reporter: ConversionReporter;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#reporter = new ConversionReporter(parts);
  }

  @Post()
  @NeedsScope('conversions:write')
  @DescribeReportConversion()
  async report(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<ReportedConversion> {
    const idempotencyKey = request.headers['idempotency-key'];
    const reported = await this.#reporter.report(callerOf(request), { body, idempotencyKey });
    void reply.code(CODES[reported.status]);
    if (reported.outreachId) void reply.header('location', `/api/v1/outreach/${reported.outreachId}`);
    return reported;
  }
}
