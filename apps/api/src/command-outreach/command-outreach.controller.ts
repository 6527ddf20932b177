import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeCancel, DescribeSettle } from '../describe/command-outreach.description.js';
import { readBody, readNoBody } from '../http/body.reader.js';
import { readId } from '../http/query.reader.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { SettleBody } from './command.bodies.js';
import { OutreachCommander, type Cancelled, type Settled } from './outreach.commander.js';

@Controller()
export class CommandOutreachController {
  readonly #commander: OutreachCommander;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#commander = new OutreachCommander(parts);
  }

  @Post('outreach/:id/cancel')
  @HttpCode(200)
  @NeedsScope('outreach:write')
  @DescribeCancel()
  async cancel(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<Cancelled> {
    readNoBody(body);
    const answer = await this.#commander.cancel(callerOf(request), readId(id));
    return accepted(reply, answer, `/api/v1/outreach/${answer.outreachId}`);
  }

  @Post('unknown-outcomes/:deliveryId/:attempt/settle')
  @HttpCode(200)
  @NeedsScope('unknown-outcomes:settle')
  @DescribeSettle()
  async settle(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param() { deliveryId, attempt }: { deliveryId: string; attempt: string },
    @Body() body: unknown,
  ): Promise<Settled> {
    const read = readBody(SettleBody, body);
    const answer = await this.#commander.settle(callerOf(request), { ...read, deliveryId, attempt });
    return accepted(reply, answer, `/api/v1/outreach/${answer.deliveryId.split('.')[0]}`);
  }
}

/** Held by the bus and not done yet: 202, with the place to look. */
function accepted<T extends { readonly status: string }>(reply: FastifyReply, answer: T, location: string): T {
  if (answer.status === 'accepted') void reply.code(202).header('location', location);
  return answer;
}
