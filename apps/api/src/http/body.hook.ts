import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem/problem.error.js';

/** Largest body in bytes: 256 kB. */
export const BODY_LIMIT = 256 * 1024;

/** Largest body in bytes of a call with many recipients: 32 MB. */
export const BATCH_BODY_LIMIT = 32 * 1024 * 1024;
const BATCH_ROUTES = ['/api/v1/outreach/send-batch', '/api/v1/leads/run', '/api/v1/consents/import'];

/** Bodies above `BODY_LIMIT`, or of no stated length, that one process holds at once. */
export const MOST_LARGE_BODIES = 4;

/**
 * Gives the routes whose bodies are large a limit of their own, and refuses what is more of them than memory is meant for before it is
 * read. Call it after authentication and before the routes are registered.
 */
export function allowLargeBatches(server: FastifyInstance): void {
  let held = 0;
  server.addHook('onRoute', (route) => {
    if (BATCH_ROUTES.includes(route.url)) route.bodyLimit = BATCH_BODY_LIMIT;
  });
  server.addHook('onRequest', async ({ headers, routeOptions }, reply) => {
    const isLarge = !(Number(headers['content-length'] ?? Infinity) <= BODY_LIMIT);
    if (!isLarge || !BATCH_ROUTES.includes(routeOptions.url ?? '')) return;
    if (held >= MOST_LARGE_BODIES) throw new ProblemError('too_many_requests', { retryAfter: 5 });
    held += 1;
    reply.raw.once('close', () => (held -= 1));
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
