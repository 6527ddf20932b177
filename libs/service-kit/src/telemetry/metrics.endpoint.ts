import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Env } from '../env.reader.js';
import type { Secret } from '../secret.value.js';
import { expositionType, metricsText } from './metrics.registry.js';

export interface MetricsAccess {
  /** When given, a scrape must send it as `Authorization: Bearer <token>`. */
  readonly token: Secret | undefined;
  /** False: `/metrics` is 404. */
  readonly served: boolean;
}

/** From `METRICS_TOKEN`. In production a service that faces the internet serves no metrics without one. */
export function metricsAccess(env: Env, internetFacing: boolean): MetricsAccess {
  const token = env.optionalSecret('METRICS_TOKEN', { minLength: 16 });
  return { token, served: token !== undefined || !(internetFacing && env.production) };
}

/** `GET /metrics` in the Prometheus text format, past the service's own guards and prefixes. */
export function mountMetrics(server: Pick<FastifyInstance, 'get'>, { token, served }: MetricsAccess): void {
  if (!served) return;
  server.get('/metrics', async (request, reply) => {
    if (token && !isBearer(request.headers.authorization, token)) {
      return reply.code(401).header('www-authenticate', 'Bearer').send();
    }
    return reply
      .header('content-type', expositionType)
      .header('cache-control', 'no-store')
      .send(await metricsText());
  });
}

function isBearer(header: string | undefined, token: Secret): boolean {
  const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token.reveal()));
}
