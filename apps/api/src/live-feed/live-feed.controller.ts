import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { TimelineRow } from '@homing/read-model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PARTS, type ApiParts } from '../api.parts.js';
import { DescribeEvents } from '../describe/live-feed.description.js';
import { readPosition, readQuery } from '../http/query.reader.js';
import { ProblemError } from '../problem/problem.error.js';
import { bearerKey } from '../security/authentication.hook.js';
import { type Caller, callerOf } from '../security/caller.js';
import { NeedsScope } from '../security/scope.guard.js';
import { writeEvents } from './event.stream.js';
import { tenantFeed } from './tenant.feed.js';

const retryAfterSeconds = 5;

@Controller('events')
export class LiveFeedController {
  readonly #open = new Map<string, number>();

  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get()
  @NeedsScope('events:read')
  @DescribeEvents()
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: unknown): Promise<void> {
    const caller = callerOf(request);
    const { settings, stopping, queries } = this.parts;
    const after =
      positionAsked(request.headers['last-event-id'], readQuery(query, ['after']).after) ??
      (await queries.currentPosition());
    // A store that is down shall be a problem, not a stream that breaks off.
    await queries.feedAfter({ tenantId: caller.tenantId, afterPosition: after, limit: 1 });
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([stopping, gone.signal]);
    const feed = tenantFeed(this.parts, { tenantId: caller.tenantId, after, signal, pollMs: settings.feedPollMs });
    const key = bearerKey(request.headers.authorization) ?? '';
    await this.#counted(caller, () => {
      reply.hijack();
      return this.#write(reply, feed, { key, signal });
    });
  }

  async #write(
    reply: FastifyReply,
    feed: AsyncIterable<readonly TimelineRow[]>,
    { key, signal }: { key: string; signal: AbortSignal },
  ): Promise<void> {
    const { registry, settings, logger } = this.parts;
    const stillAllowed = async (): Promise<boolean> => (await registry.verifyApiKey(key)).kind === 'valid';
    const { heartbeatMs } = settings;
    await writeEvents(reply.raw, feed, { heartbeatMs, stillAllowed, signal }).catch((error: unknown) => {
      // The client comes back with the last id it has seen.
      logger.warn({ err: error, requestUuid: reply.request.id }, 'event stream ended early');
    });
  }

  async #counted({ keyId }: Caller, work: () => Promise<void>): Promise<void> {
    const open = this.#open.get(keyId) ?? 0;
    if (open >= this.parts.settings.streamsPerKey) {
      throw new ProblemError('too_many_requests', {
        detail: 'this key holds as many event streams open as it may',
        retryAfter: retryAfterSeconds,
      });
    }
    this.#open.set(keyId, open + 1);
    try {
      await work();
    } finally {
      const left = (this.#open.get(keyId) ?? 1) - 1;
      if (left > 0) this.#open.set(keyId, left);
      else this.#open.delete(keyId);
    }
  }
}

/** A reconnecting client's header is newer than the address it was given at first. */
function positionAsked(lastEventId: string | string[] | undefined, after: string | undefined): bigint | undefined {
  if (lastEventId !== undefined && lastEventId !== '') return readPosition('Last-Event-ID', String(lastEventId));
  return after === undefined ? undefined : readPosition('after', after);
}
