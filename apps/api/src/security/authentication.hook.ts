import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RegistryReader } from '@homing/vault/registry';
import { ProblemError } from '../problem/problem.error.js';
import { rememberCaller } from './caller.js';
import type { RateLimiter } from './rate.limiter.js';

export const API_PREFIX = '/api/v1/';

export interface Authentication {
  readonly registry: Pick<RegistryReader, 'verifyApiKey'>;
  readonly limiter: RateLimiter;
}

/** The key of `Authorization: Bearer <key>`, or undefined. */
export function bearerKey(header: string | undefined): string | undefined {
  return /^bearer +([\x21-\x7e]{1,512}) *$/i.exec(header ?? '')?.[1];
}

/** Stands before the body is read: strangers cannot make us parse anything. Unknown routes stay 404. */
export function requireApiKey(server: FastifyInstance, { registry, limiter }: Authentication): void {
  server.addHook('onRequest', async (request: FastifyRequest) => {
    if (request.is404 || !(request.routeOptions.url ?? '').startsWith(API_PREFIX)) return;
    const key = bearerKey(request.headers.authorization);
    const verdict = key === undefined ? undefined : await registry.verifyApiKey(key);
    if (verdict?.kind !== 'valid') {
      throw new ProblemError('unauthenticated', {
        detail: 'send Authorization: Bearer <key> with a key that is in force',
      });
    }
    const retryAfter = limiter.take(verdict.keyId, performance.now());
    if (retryAfter !== undefined) throw new ProblemError('too_many_requests', { retryAfter });
    const { keyId, tenantId, scopes } = verdict;
    rememberCaller(request, { keyId, tenantId, scopes });
  });
}
