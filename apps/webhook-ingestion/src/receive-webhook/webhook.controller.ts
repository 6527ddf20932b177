import { toSafeError, type Logger } from '@homing/service-kit';
import { Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { replyProblem } from '../http/problem.reply.js';
import { webhookFacts } from './webhook.metrics.js';
import { receiveWebhook, type ReceiverParts, type Reception } from './webhook.receiver.js';

export const RECEIVER_PARTS = Symbol('receiver parts');
export const LOGGER = Symbol('logger');

/** `POST /webhooks/<provider>`: 200 means every fact is stored on the bus; 401 forged; 503 come again. */
@Controller('webhooks')
export class WebhookController {
  constructor(
    @Inject(RECEIVER_PARTS) private readonly parts: ReceiverParts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(':provider')
  async receive(
    @Param('provider') provider: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const reception = await receiveWebhook(this.parts, { provider, headers: request.headers, rawBody });
    this.#note(provider, reception);
    reply.raw.once('finish', () => this.parts.crashPoint('ingestion.after-ack'));
    await answer(reply, reception);
  }

  /** Codes and counts; never what a webhook said. */
  #note(provider: string, reception: Reception): void {
    switch (reception.kind) {
      case 'unknown-provider':
        return;
      case 'forged':
        return this.logger.warn({ provider, reason: reception.reason }, 'webhook refused');
      case 'not-stored': {
        const { missing, first } = reception;
        return this.logger.warn({ provider, missing, err: toSafeError(first) }, 'webhook not stored');
      }
      case 'stored': {
        for (const { fact } of reception.facts) webhookFacts.inc({ provider, fact });
        const faults = countByCode(reception.faults.map(({ code }) => code));
        if (reception.faults.length > 0) this.logger.warn({ provider, faults }, 'webhook with faulty elements');
        return this.logger.debug({ provider, facts: reception.facts.length }, 'webhook stored');
      }
    }
  }
}

const countByCode = (codes: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};

function answer(reply: FastifyReply, reception: Reception): FastifyReply {
  switch (reception.kind) {
    case 'unknown-provider':
      return replyProblem(reply, 'not_found');
    case 'forged':
      return replyProblem(reply, 'bad_signature');
    case 'not-stored':
      return replyProblem(reply, 'unavailable');
    case 'stored':
      return reply.code(200).send({ stored: reception.facts.length, faulty: reception.faults.length });
  }
}
