import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import {
  DescribeFindSequence,
  DescribeListSequences,
  DescribeRemoveSequence,
  DescribeSetSequence,
} from '../describe/sequences.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { SequenceKeeper } from './sequence.keeper.js';

@Controller('sequences')
export class SequencesController {
  readonly #keeper: SequenceKeeper;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#keeper = new SequenceKeeper(parts);
  }

  @Get()
  @NeedsScope('policies:read')
  @DescribeListSequences()
  list(@Req() request: FastifyRequest) {
    return this.#keeper.list(callerOf(request));
  }

  @Get(':name')
  @NeedsScope('policies:read')
  @DescribeFindSequence()
  find(@Req() request: FastifyRequest, @Param('name') name: string) {
    return this.#keeper.find(callerOf(request), name);
  }

  @Put(':name')
  @NeedsScope('policies:write')
  @DescribeSetSequence()
  set(@Req() request: FastifyRequest, @Param('name') name: string, @Body() body: unknown) {
    return this.#keeper.set(callerOf(request), name, body);
  }

  @Delete(':name')
  @HttpCode(204)
  @NeedsScope('policies:write')
  @DescribeRemoveSequence()
  remove(@Req() request: FastifyRequest, @Param('name') name: string) {
    return this.#keeper.remove(callerOf(request), name);
  }
}
