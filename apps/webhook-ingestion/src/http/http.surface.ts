import helmet from '@fastify/helmet';
import type { Logger } from '@homing/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ProblemFilter } from './problem.filter.js';
import { measureWebhooks } from '../receive-webhook/webhook.metrics.js';
import { answersOf, type Callers, parserOf } from '../receive-webhook/caller.search.js';
import { replyReception } from '../receive-webhook/webhook.answer.js';
import { calledPlace } from '../receive-webhook/webhook.place.js';
import { refuseHead, type ReceiverParts } from '../receive-webhook/webhook.receiver.js';
import { boundCallers, type CallerBounds, isWebhook } from './caller.bounds.js';

/** Largest webhook body in bytes: 2 MiB. SendGrid posts at 768 kB. */
export const BODY_LIMIT = 2 * 1024 * 1024;
/** Of mail that is handed in with its attachments (`multipart/form-data`): 31 MiB. SendGrid takes mails of 30 MB. */
export const MAIL_LIMIT = 31 * 1024 * 1024;

/** A webhook that has not arrived after so many milliseconds is ended with 408. */
export const REQUEST_TIMEOUT_MS = 10_000;

export interface SurfaceOptions extends CallerBounds {
  readonly parts: Callers & Pick<ReceiverParts, 'now' | 'heard'>;
  readonly logger: Logger;
}

/** Everything around the routes: bodies stay bytes whatever their type says, callers are bounded, errors are problems. */
export async function configureHttp(app: NestFastifyApplication, options: SurfaceOptions): Promise<void> {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await server.register(helmet);
  measureWebhooks(server, (provider) => parserOf(options.parts, provider) !== undefined);
  refuseStrangers(server, options);
  boundCallers(server, { ...options, busyStatus: (provider) => answersOf(options.parts, provider).notStored });
  server.removeAllContentTypeParsers();
  app.useBodyParser('multipart/form-data', { bodyLimit: MAIL_LIMIT }, (_request, body, done) => done(null, body));
  app.useBodyParser('*', { bodyLimit: BODY_LIMIT }, (_request, body, done) => done(null, body));
  app.useGlobalFilters(new ProblemFilter(options.logger, options.parts));
}

/** Whose headers no body could make valid is answered before the body is read. */
function refuseStrangers(server: FastifyInstance, { parts, logger }: SurfaceOptions): void {
  server.addHook('onRequest', async (request, reply) => {
    if (!isWebhook(request)) return;
    const place = calledPlace(request);
    const refusal = place
      ? refuseHead(parts, { ...place, headers: request.headers })
      : ({ kind: 'unknown-provider' } as const);
    if (!refusal) return;
    if (place) parts.heard?.(place, refusal);
    if (refusal.kind === 'forged') logger.warn({ ...place, reason: refusal.reason }, 'webhook refused');
    return replyReception(reply, refusal, { parts, provider: place?.provider ?? '' });
  });
}
