import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeSimulation } from '../describe/simulation.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { SimulationDesk } from './simulation.desk.js';

@Controller('policies')
export class SimulatePoliciesController {
  readonly #desk: SimulationDesk;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#desk = new SimulationDesk(parts);
  }

  @Post('simulate')
  @HttpCode(200)
  @NeedsScope('policies:read')
  @DescribeSimulation()
  async simulate(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ) {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return this.#desk.run(callerOf(request), body, gone.signal);
  }
}
