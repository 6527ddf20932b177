import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribePerformance, DescribeRouting } from '../describe/analytics.description.js';
import { readQuery } from '../http/query.reader.js';
import { ProblemError } from '../problem/problem.error.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { readChannel, readPeriod } from './routing.period.js';
import { shownPerformance } from './performance.representation.js';
import { shownRouting } from './routing.representation.js';

@Controller()
export class AnalyticsController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get('analytics/routing')
  @NeedsScope('campaigns:read')
  @DescribeRouting()
  async routing(@Req() request: FastifyRequest, @Query() query: unknown) {
    const { tenantId } = callerOf(request);
    const { campaignId, channel: named, ...bounds } = readQuery(query, ['from', 'to', 'campaignId', 'channel']);
    const period = readPeriod(bounds, new Date());
    const channel = named === undefined ? undefined : readChannel(named);
    const campaign =
      campaignId === undefined ? undefined : await this.parts.registry.findCampaign({ tenantId, campaignId });
    if (campaignId !== undefined && !campaign) throw new ProblemError('not_found');
    const counts = await this.parts.queries.routing({
      ...{ tenantId, ...period },
      ...(campaign && { campaignKey: campaign.id }),
      ...(channel && { channel }),
    });
    return { ...period, campaignId: campaignId ?? null, channel: channel ?? null, ...shownRouting(counts) };
  }

  @Get('campaigns/:campaignId/performance')
  @NeedsScope('campaigns:read')
  @DescribePerformance()
  async performance(@Req() request: FastifyRequest, @Param('campaignId') campaignId: string) {
    const { tenantId } = callerOf(request);
    const { registry, queries } = this.parts;
    const campaign = await registry.readCampaign({ tenantId, campaignId });
    if (!campaign) throw new ProblemError('not_found');
    const [balances, messages, conversions] = await Promise.all([
      queries.campaignBalances(tenantId, [campaign.id]),
      queries.campaignMessages(tenantId, campaign.id),
      queries.conversions(tenantId, campaign.id),
    ]);
    return shownPerformance({ campaign, balances, messages, conversions, now: new Date() });
  }
}
