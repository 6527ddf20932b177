import { Body, Controller, Get, Inject, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeChannelConfig, DescribeSetChannelConfig } from '../describe/channels.description.js';
import { callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { ChannelKeeper } from './channel.keeper.js';

@Controller('channels')
export class ChannelsController {
  readonly #keeper: ChannelKeeper;

  constructor(@Inject(API_PARTS) parts: ApiParts) {
    this.#keeper = new ChannelKeeper(parts);
  }

  @Get(':channel/config')
  @NeedsScope('policies:read')
  @DescribeChannelConfig()
  config(@Req() request: FastifyRequest, @Param('channel') channel: string) {
    return this.#keeper.config(callerOf(request), channel);
  }

  @Put(':channel/config')
  @NeedsScope('policies:write')
  @DescribeSetChannelConfig()
  configure(@Req() request: FastifyRequest, @Param('channel') channel: string, @Body() body: unknown) {
    return this.#keeper.configure(callerOf(request), channel, body);
  }
}
