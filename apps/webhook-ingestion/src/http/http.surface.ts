import helmet from '@fastify/helmet';
import type { Logger } from '@homing/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ProblemFilter } from './problem.filter.js';
import { measureWebhooks } from '../receive-webhook/webhook.metrics.js';
import { refuseHead, type ReceiverParts } from '../receive-webhook/webhook.receiver.js';
import { boundCallers, type CallerBounds, isWebhook } from './caller.bounds.js';
import { replyProblem } from './problem.reply.js';

/** Largest webhook body in bytes: 2 MiB. SendGrid posts at 768 kB. */
export const BODY_LIMIT = 2 * 1024 * 1024;

/** A webhook that has not arrived after so many milliseconds is ended with 408. */
export const REQUEST_TIMEOUT_MS = 10_000;

export interface SurfaceOptions extends CallerBounds {
  readonly parts: Pick<ReceiverParts, 'callers' | 'now'>;
  readonly logger: Logger;
}

/** Everything around the routes: bodies stay bytes whatever their type says, callers are bounded, errors are problems. */
export async function configureHttp(app: NestFastifyApplication, options: SurfaceOptions): Promise<void> {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await server.register(helmet);
  measureWebhooks(server, options.parts.callers);
  refuseStrangers(server, options);
  boundCallers(server, options);
  server.removeAllContentTypeParsers();
  app.useBodyParser('*', { bodyLimit: BODY_LIMIT }, (_request, body, done) => done(null, body));
  app.useGlobalFilters(new ProblemFilter(options.logger));
}

/** Whose headers no body could make valid is answered before the body is read. */
function refuseStrangers(server: FastifyInstance, { parts, logger }: SurfaceOptions): void {
  server.addHook('onRequest', async (request, reply) => {
    if (!isWebhook(request)) return;
    const { provider } = request.params as { provider: string };
    const refusal = refuseHead(parts, { provider, headers: request.headers });
    if (!refusal) return;
    if (refusal.kind === 'unknown-provider') return replyProblem(reply, 'not_found');
    logger.warn({ provider, reason: refusal.reason }, 'webhook refused');
    return replyProblem(reply, 'bad_signature');
  });
}
