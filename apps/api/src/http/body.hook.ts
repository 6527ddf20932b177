import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem/problem.error.js';

/** Largest body in bytes: 256 kB. */
export const BODY_LIMIT = 256 * 1024;

/** Largest body in bytes of a call with many recipients: 32 MB. */
export const BATCH_BODY_LIMIT = 32 * 1024 * 1024;
const BATCH_ROUTES = ['/api/v1/outreach/send-batch', '/api/v1/leads/run'];

/** Gives the routes whose bodies are large a limit of their own. Call it before the routes are registered. */
export function allowLargeBatches(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (BATCH_ROUTES.includes(route.url)) route.bodyLimit = BATCH_BODY_LIMIT;
  });
}

const JSON_TYPE = /^application\/json *(;|$)/i;

/** Refuses bodies that are no JSON before they are read; Fastify and Nest would parse forms and plain text, too. */
export function acceptJsonOnly(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ headers, is404 }) => {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (!is404 && hasBody && !JSON_TYPE.test(headers['content-type'] ?? '')) {
      throw new ProblemError('unsupported_media_type');
    }
  });
}
