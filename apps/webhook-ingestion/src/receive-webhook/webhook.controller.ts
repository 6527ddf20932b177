import { toSafeError, type Logger } from '@homing/service-kit';
import { Controller, Get, Head, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { replyProblem } from '../http/problem.reply.js';
import { type CalledPlace, findCaller } from './caller.search.js';
import { replyChallenge, replyReception } from './webhook.answer.js';
import { webhookFacts } from './webhook.metrics.js';
import { calledPlace, publicUrl } from './webhook.place.js';
import { receiveWebhook, type ReceiverParts, type Reception } from './webhook.receiver.js';

export const RECEIVER_PARTS = Symbol('receiver parts');
export const LOGGER = Symbol('logger');

/** What the surface is told besides: our public address, without a slash at its end. */
export interface WebhookSurface extends ReceiverParts {
  readonly publicUrl?: string;
}

const PATHS = [':provider', ':provider/:account'];

/** `POST /webhooks/<provider>[/<account>]`: 2xx means everything is stored on the bus; else the status on which that provider acts as it should. */
@Controller('webhooks')
export class WebhookController {
  constructor(
    @Inject(RECEIVER_PARTS) private readonly parts: WebhookSurface,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(PATHS)
  async receive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const place = calledPlace(request);
    const url = publicUrl(this.parts.publicUrl, request);
    const reception: Reception = place
      ? await receiveWebhook(this.parts, { ...place, ...url, headers: request.headers, rawBody })
      : { kind: 'unknown-provider' };
    if (place) this.#note(place, reception);
    reply.raw.once('finish', () => this.parts.crashPoint('ingestion.after-ack'));
    await replyReception(reply, reception, { parts: this.parts, provider: place?.provider ?? '' });
  }

  /** Asked whether we are there: providers that look before they call. */
  @Head(PATHS)
  async look(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const place = calledPlace(request);
    const found = place && findCaller(this.parts, place, this.parts.now());
    if (found?.kind === 'caller') return void (await reply.code(200).send());
    await replyProblem(reply, found?.kind === 'unready' ? 'unavailable' : 'not_found');
  }

  /** Asked who we say we are (Meta, X, LinkedIn). Changes nothing. */
  @Get(PATHS)
  async challenge(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const place = calledPlace(request);
    const found = place && findCaller(this.parts, place, this.parts.now());
    if (found?.kind === 'unready') return void (await replyProblem(reply, 'unavailable'));
    if (found?.kind !== 'caller') return void (await replyProblem(reply, 'not_found'));
    const reason = await replyChallenge(reply, request, found.caller);
    if (place && reason) this.logger.warn({ ...place, reason }, 'challenge refused');
  }

  /** Codes and counts; never what a webhook said. */
  #note({ provider, account }: CalledPlace, reception: Reception): void {
    this.parts.heard?.({ provider, ...(account === undefined ? {} : { account }) }, reception);
    const at = { provider, ...(account === undefined ? {} : { account }) };
    switch (reception.kind) {
      case 'unknown-provider':
        return;
      case 'forged':
        return this.logger.warn({ ...at, reason: reception.reason }, 'webhook refused');
      case 'not-stored': {
        const { missing, first } = reception;
        return this.logger.warn({ ...at, missing, err: toSafeError(first) }, 'webhook not stored');
      }
      case 'stored': {
        for (const { fact, provider: whose } of reception.facts)
          webhookFacts.inc({ provider: whose ?? provider, fact });
        const faults = countByCode(reception.faults.map(({ code }) => code));
        if (reception.faults.length > 0) this.logger.warn({ ...at, faults }, 'webhook with faulty elements');
        return this.logger.debug({ ...at, facts: reception.facts.length }, 'webhook stored');
      }
    }
  }
}

const countByCode = (codes: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};
