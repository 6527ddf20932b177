import { Body, Controller, Get, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeChangeCampaign,
  DescribeCreateCampaign,
  DescribeFindCampaign,
  DescribeListCampaigns,
  DescribeSetCampaignStatus,
} from '../describe/campaigns.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { SettingsKeeper } from './settings.keeper.js';

@Controller('campaigns')
export class CampaignsController {
  readonly #keeper: SettingsKeeper;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#keeper = new SettingsKeeper(parts);
  }

  @Get()
  @NeedsScope('campaigns:read')
  @DescribeListCampaigns()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#keeper.list(callerOf(request), query);
  }

  @Post()
  @NeedsScope('campaigns:write')
  @DescribeCreateCampaign()
  async create(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    const { created, campaign } = await this.#keeper.create(callerOf(request), body);
    const location = `/api/v1/campaigns/${encodeURIComponent(campaign.campaignId)}`;
    void reply.code(created ? 201 : 200).header('location', location);
    return campaign;
  }

  @Get(':campaignId')
  @NeedsScope('campaigns:read')
  @DescribeFindCampaign()
  find(@Req() request: FastifyRequest, @Param('campaignId') id: string) {
    return this.#keeper.find(callerOf(request), id);
  }

  @Patch(':campaignId')
  @NeedsScope('campaigns:write')
  @DescribeChangeCampaign()
  change(@Req() request: FastifyRequest, @Param('campaignId') id: string, @Body() body: unknown) {
    return this.#keeper.change(callerOf(request), id, body);
  }

  @Patch(':campaignId/status')
  @NeedsScope('campaigns:write')
  @DescribeSetCampaignStatus()
  setStatus(@Req() request: FastifyRequest, @Param('campaignId') id: string, @Body() body: unknown) {
    return this.#keeper.setStatus(callerOf(request), id, body);
  }
}
