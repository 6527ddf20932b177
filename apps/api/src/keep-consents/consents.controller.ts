import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeConsents,
  DescribeFindConsents,
  DescribeGrant,
  DescribeImport,
  DescribeWithdraw,
} from '../describe/consents.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { idempotencyKeyOf } from '../take-request/request-id.policy.js';
import { importConsents } from './consent.import.js';
import { ConsentRegister, type KeptWord } from './consent.register.js';

@Controller('consents')
export class ConsentsController {
  readonly #register: ConsentRegister;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#register = new ConsentRegister(parts);
  }

  @Get()
  @NeedsScope('consents:read')
  @DescribeConsents()
  list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.#register.list(callerOf(request), query);
  }

  @Post('find')
  @HttpCode(200)
  @NeedsScope('consents:read')
  @DescribeFindConsents()
  find(@Req() request: FastifyRequest, @Body() body: unknown) {
    return this.#register.find(callerOf(request), body);
  }

  @Post()
  @NeedsScope('consents:write')
  @DescribeGrant()
  async grant(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<KeptWord> {
    return told(reply, await this.#register.grant(callerOf(request), body, repeatKeyOf(request)));
  }

  @Post('withdraw')
  @NeedsScope('consents:write')
  @DescribeWithdraw()
  async withdraw(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<KeptWord> {
    return told(reply, await this.#register.withdraw(callerOf(request), body, repeatKeyOf(request)));
  }

  @Post('import')
  @HttpCode(200)
  @NeedsScope('consents:write')
  @DescribeImport()
  importMany(@Req() request: FastifyRequest, @Body() body: unknown) {
    return importConsents(this.#register, callerOf(request), body);
  }
}

function told(reply: FastifyReply, word: KeptWord): KeptWord {
  void reply.code(STATUS[word.status]).header('location', `/api/v1/consents?contactId=${word.contactId}`);
  return word;
}

/** Of a single word, where its body has no key of its own. */
function repeatKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = idempotencyKeyOf(headers['idempotency-key']);
  return key === undefined ? undefined : `header ${key}`;
}

const STATUS: Readonly<Record<KeptWord['status'], number>> = {
  granted: 201,
  withdrawn: 201,
  unchanged: 200,
  accepted: 202,
};
