import type { FastifyInstance } from 'fastify';
import { histogram } from './metric.factory.js';

const requests = histogram({
  name: 'http_server_request_duration_seconds',
  help: 'One answered HTTP request, by route; health and metrics left out.',
  labels: { http_request_method: 'open', http_route: 'open', http_response_status_code: 'open' },
});

/** Times every request under the pattern of its route: what a caller wrote into the path or the query is never a label. */
export function measureRequests(server: FastifyInstance): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    if (!isOwn(route)) {
      requests.observe(reply.elapsedTime / 1_000, {
        http_request_method: request.method,
        http_route: route,
        http_response_status_code: String(reply.statusCode),
      });
    }
    done();
  });
}

/** Asked every few seconds by machines: neither counted nor traced. */
export const isOwn = (route: string): boolean => route.startsWith('/health/') || route === '/metrics';
