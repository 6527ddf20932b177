import { Body, Controller, Get, Inject, Param, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeBudget,
  DescribeBudgets,
  DescribePacing,
  DescribePolicies,
  DescribeSetPolicies,
} from '../describe/policies.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { SettingsKeeper } from './settings.keeper.js';

@Controller()
export class PoliciesController {
  readonly #keeper: SettingsKeeper;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#keeper = new SettingsKeeper(parts);
  }

  @Get('policies')
  @NeedsScope('policies:read')
  @DescribePolicies()
  policies(@Req() request: FastifyRequest) {
    return this.#keeper.policies(callerOf(request));
  }

  @Put('policies')
  @NeedsScope('policies:write')
  @DescribeSetPolicies()
  changePolicies(@Req() request: FastifyRequest, @Body() body: unknown) {
    return this.#keeper.changePolicies(callerOf(request), body);
  }

  @Get('budgets')
  @NeedsScope('campaigns:read')
  @DescribeBudgets()
  budgets(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#keeper.budgets(callerOf(request), query);
  }

  @Get('budgets/:campaignId')
  @NeedsScope('campaigns:read')
  @DescribeBudget()
  budget(@Req() request: FastifyRequest, @Param('campaignId') id: string) {
    return this.#keeper.budget(callerOf(request), id);
  }

  @Get('budgets/:campaignId/pacing')
  @NeedsScope('campaigns:read')
  @DescribePacing()
  pacing(@Req() request: FastifyRequest, @Param('campaignId') id: string) {
    return this.#keeper.pacing(callerOf(request), id);
  }
}
