import type { FastifyInstance } from 'fastify';
import type { Logger } from '@homing/service-kit';
import { v7 as uuidv7 } from 'uuid';

/** Each request gets an id of ours (`X-Request-Id`, and `instance` of a problem) and one line without path values, query or body. */
export function logRequests(server: FastifyInstance, logger: Logger): void {
  server.setGenReqId(() => uuidv7());
  server.addHook('onRequest', async (request, reply) => {
    reply.raw.setHeader('x-request-id', request.id);
  });
  server.addHook('onResponse', async (request, reply) => {
    const { method, id: requestUuid } = request;
    const route = request.routeOptions.url ?? 'none';
    const level = route.startsWith('/health/') ? 'debug' : 'info';
    logger[level](
      { requestUuid, method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
}
