import { Body, Controller, Delete, Get, Inject, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeFindWebhookAccount,
  DescribePutWebhookAccount,
  DescribeRemoveWebhookAccount,
  DescribeWebhookAccounts,
  DescribeWebhookHealth,
} from '../describe/webhooks.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { AccountKeeper, type ShownAccount } from './account.keeper.js';
import { healthOf } from './webhook-health.reader.js';

@Controller('webhook-accounts')
export class WebhookAccountsController {
  readonly #keeper: AccountKeeper;

  constructor(@Inject(API_PARTS) { webhooks }: ApiParts) {
    this.#keeper = new AccountKeeper(webhooks);
  }

  @Get()
  @NeedsScope('webhook-accounts:read')
  @DescribeWebhookAccounts()
  list(@Req() request: FastifyRequest) {
    return this.#keeper.list(callerOf(request));
  }

  @Get(':provider/:account')
  @NeedsScope('webhook-accounts:read')
  @DescribeFindWebhookAccount()
  find(@Req() request: FastifyRequest, @Param('provider') provider: string, @Param('account') account: string) {
    return this.#keeper.find(callerOf(request), provider, account);
  }

  @Put(':provider/:account')
  @NeedsScope('webhook-accounts:write')
  @DescribePutWebhookAccount()
  async put(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<ShownAccount> {
    return said(reply, await this.#keeper.put(callerOf(request), namedIn(request), body));
  }

  @Delete(':provider/:account')
  @NeedsScope('webhook-accounts:write')
  @DescribeRemoveWebhookAccount()
  async remove(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<ShownAccount> {
    return said(reply, await this.#keeper.remove(callerOf(request), namedIn(request)));
  }
}

const namedIn = (request: FastifyRequest): readonly [string, string] => {
  const { provider = '', account = '' } = request.params as { provider?: string; account?: string };
  return [provider, account];
};

function said(reply: FastifyReply, account: ShownAccount): ShownAccount {
  void reply.code(account.status === 'pending' ? 202 : 200);
  return account;
}

@Controller('webhook-health')
export class WebhookHealthController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get()
  @NeedsScope('webhook-accounts:read')
  @DescribeWebhookHealth()
  async health(@Req() request: FastifyRequest) {
    const reports = (await this.parts.webhooks?.reports()) ?? [];
    return { items: healthOf(reports, callerOf(request)) };
  }
}
