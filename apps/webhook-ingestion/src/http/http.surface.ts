import helmet from '@fastify/helmet';
import type { Logger } from '@homing/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ProblemFilter } from './problem.filter.js';
import { replyProblem } from './problem.reply.js';

/** Largest webhook body in bytes: 2 MiB. SendGrid posts at 768 kB. */
export const BODY_LIMIT = 2 * 1024 * 1024;

export interface SurfaceOptions {
  /** Webhooks worked on at once, from 1; the next ones get 503 before their body is read. */
  readonly maxConcurrent: number;
  readonly logger: Logger;
}

/** Everything around the routes: bodies stay bytes whatever their type says, callers are bounded, errors are problems. */
export async function configureHttp(app: NestFastifyApplication, options: SurfaceOptions): Promise<void> {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await server.register(helmet);
  boundCallers(server, options.maxConcurrent);
  server.removeAllContentTypeParsers();
  app.useBodyParser('*', { bodyLimit: BODY_LIMIT }, (_request, body, done) => done(null, body));
  app.useGlobalFilters(new ProblemFilter(options.logger));
}

function boundCallers(server: FastifyInstance, most: number): void {
  let inside = 0;
  server.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/webhooks/')) return;
    if (inside >= most) return replyProblem(reply, 'busy');
    inside++;
    reply.raw.once('close', () => inside--);
  });
}
