import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { replyProblem } from '../http/problem.reply.js';
import type { ForgeryLimit } from './forgery.limit.js';
import { presses } from './unsubscribe.metrics.js';
import { PAGE_HEADERS, unsubscribePage, type PageKind } from './unsubscribe.page.js';
import { linkOf, pressUnsubscribe, type PressOutcome, type UnsubscribeParts } from './unsubscribe.receiver.js';
import { wordsFor } from './unsubscribe.words.js';

export const UNSUBSCRIBE_PARTS = Symbol('unsubscribe parts');

export interface UnsubscribeSurface extends UnsubscribeParts {
  readonly forgeries: ForgeryLimit;
}

/**
 * `/u/<token>`: GET shows a page and changes nothing (link scanners open every link), POST unsubscribes and says 200 when that is
 * stored. No cookie, no redirect, no login.
 */
@Controller('u')
export class UnsubscribeController {
  constructor(@Inject(UNSUBSCRIBE_PARTS) private readonly parts: UnsubscribeSurface) {}

  @Get(':token')
  async show(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (linkOf(this.parts, token)) return page(request, reply, { kind: 'question', status: 200 });
    if (this.#turnedAway(request, reply)) return;
    page(request, reply, { kind: 'strange', status: 404 });
  }

  @Post(':token')
  async press(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const body = Buffer.isBuffer(request.body) ? new Uint8Array(request.body) : new Uint8Array();
    const outcome = await pressUnsubscribe(this.parts, { token, contentType: request.headers['content-type'], body });
    presses.inc({ outcome });
    if (outcome === 'unknown_link' && this.#turnedAway(request, reply)) return;
    answer(request, reply, outcome);
  }

  #turnedAway(request: FastifyRequest, reply: FastifyReply): boolean {
    if (!this.parts.forgeries.exceeded(request.ip)) return false;
    void replyProblem(reply, 'too_many');
    return true;
  }
}

const PAGES = {
  stored: { kind: 'done', status: 200 },
  not_stored: { kind: 'later', status: 503 },
  unknown_link: { kind: 'strange', status: 404 },
  not_one_click: { kind: 'question', status: 400 },
} as const satisfies Record<PressOutcome, { kind: PageKind; status: number }>;

const PROBLEMS = { not_stored: 'unavailable', unknown_link: 'not_found', not_one_click: 'malformed_request' } as const;

/** A person's browser gets a page, a mail program's server a word. */
function answer(request: FastifyRequest, reply: FastifyReply, outcome: PressOutcome): void {
  if (request.headers.accept?.includes('text/html')) return page(request, reply, PAGES[outcome]);
  if (outcome === 'stored')
    void reply.code(200).header('cache-control', 'no-store').type('text/plain').send('unsubscribed\n');
  else void replyProblem(reply, PROBLEMS[outcome]);
}

function page(request: FastifyRequest, reply: FastifyReply, said: { kind: PageKind; status: number }): void {
  const words = wordsFor(request.headers['accept-language']);
  if (said.status === 503) void reply.header('retry-after', '5');
  void reply
    .code(said.status)
    .headers({ ...PAGE_HEADERS, 'content-language': words.lang })
    .type('text/html; charset=utf-8')
    .send(unsubscribePage(said.kind, words));
}
