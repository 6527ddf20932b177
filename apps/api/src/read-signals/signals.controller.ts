import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeUnmatchedSignals } from '../describe/dead-letters.description.js';
import { withCursor } from '../http/cursor.check.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { callerOf } from '../security/caller.js';
import { ownerOf, viewerOf } from '../security/operator.policy.js';
import { NeedsScope } from '../security/scope.guard.js';

/** What providers said of something that is not known (yet). */
@Controller('unmatched-signals')
export class SignalsController {
  constructor(@Inject(API_PARTS) private readonly parts: Pick<ApiParts, 'letters'>) {}

  @Get()
  @NeedsScope('outreach:read')
  @DescribeUnmatchedSignals()
  async list(@Req() request: FastifyRequest, @Query() query: unknown) {
    const caller = callerOf(request);
    const { owner, provider, cursor, limit } = readQuery(query, ['owner', 'provider', 'cursor', 'limit']);
    const filter = {
      owner: ownerOf(caller, owner),
      limit: readLimit(limit),
      ...(provider === undefined ? {} : { provider }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const { view } = this.parts.letters;
    const [{ items, nextCursor }, counts] = await Promise.all([
      withCursor(view.listSignals(viewerOf(caller), filter)),
      view.countSignals(viewerOf(caller), filter.owner),
    ]);
    const total = counts.reduce((sum, each) => sum + each.count, 0);
    const known = (signal: (typeof items)[number]) =>
      Object.fromEntries(Object.entries(signal).filter(([, value]) => value !== null));
    return {
      items: items.map(known),
      counts: { total, groups: counts },
      ...(nextCursor === undefined ? {} : { nextCursor }),
    };
  }
}
