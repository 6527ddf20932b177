import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { sendHoursReport } from '@homing/domain';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeSendTimes } from '../describe/send-times.description.js';
import { readQuery } from '../http/query.reader.js';
import { ProblemError } from '../problem/problem.error.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { readChannel, readPeriod } from './routing.period.js';

/** What messages came to by the hour of their people's week. */
@Controller('analytics/send-times')
export class SendTimesController {
  constructor(@Inject(API_PARTS) private readonly parts: Pick<ApiParts, 'queries' | 'registry'>) {}

  @Get()
  @NeedsScope('campaigns:read')
  @DescribeSendTimes()
  async report(@Req() request: FastifyRequest, @Query() query: unknown) {
    const { tenantId } = callerOf(request);
    const { campaignId, channel: named, ...bounds } = readQuery(query, ['from', 'to', 'campaignId', 'channel']);
    const period = readPeriod(bounds, new Date());
    const channel = named === undefined ? undefined : readChannel(named);
    const { queries, registry } = this.parts;
    const campaign = campaignId === undefined ? undefined : await registry.findCampaign({ tenantId, campaignId });
    if (campaignId !== undefined && !campaign) throw new ProblemError('not_found');
    const counts = await queries.sendHours({
      ...{ tenantId, ...period },
      ...(campaign && { campaignKey: campaign.id }),
      ...(channel && { channel }),
    });
    return {
      ...{ ...period, campaignId: campaignId ?? null, channel: channel ?? null },
      channels: sendHoursReport(counts),
    };
  }
}
