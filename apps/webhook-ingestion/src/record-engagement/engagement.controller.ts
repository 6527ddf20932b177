import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TrackingToken } from '@homing/channels';
import { replyProblem } from '../http/problem.reply.js';
import { engagements } from './engagement.metrics.js';
import { recordEngagement, tokenOf, type EngagementParts } from './engagement.receiver.js';

export const ENGAGEMENT_PARTS = Symbol('engagement parts');

/** A transparent GIF of one pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

const NEVER_KEPT = {
  'cache-control': 'no-store, max-age=0',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
} as const;

/**
 * Our own tracking, for providers without one. `/t/o/<token>` answers a pixel whatever the token says; `/t/c/<token>` leads to the address
 * that the token was signed with, and nowhere else. Both answer when the bus is away.
 */
@Controller('t')
export class EngagementController {
  constructor(@Inject(ENGAGEMENT_PARTS) private readonly parts: EngagementParts) {}

  // A wildcard, since tokens are longer than the framework lets a parameter be. HEAD comes here too.
  @Get('o/*')
  async open(@Param('*') text: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#record('open', text, request);
    // Anyone may load a picture: a mail program shows it in a page of its own.
    void reply
      .code(200)
      .headers({ ...NEVER_KEPT, 'cross-origin-resource-policy': 'cross-origin' })
      .type('image/gif')
      .send(PIXEL);
  }

  @Get('c/*')
  async click(@Param('*') text: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const token = await this.#record('click', text, request);
    if (!token?.link) return void replyProblem(reply, 'not_found');
    void reply
      .code(302)
      .headers({ ...NEVER_KEPT, location: new URL(token.link.url).href })
      .send();
  }

  async #record(
    kind: TrackingToken['kind'],
    text: string,
    request: FastifyRequest,
  ): Promise<TrackingToken | undefined> {
    const token = tokenOf(this.parts, kind, text);
    if (!token) return void engagements.inc({ kind, outcome: 'unknown_token' });
    const visit = { method: request.method, headers: request.headers };
    await recordEngagement(this.parts, { token, visit }, (outcome) => engagements.inc({ kind, outcome }));
    return token;
  }
}
