import type { FastifyRequest } from 'fastify';
import type { CalledPlace } from './caller.search.js';

/** How accounts are called in a path: chosen by the operator, lower case. */
const ACCOUNT = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Whom the path names; undefined where it can name nobody. */
export function calledPlace(request: FastifyRequest): CalledPlace | undefined {
  const { provider, account } = request.params as { provider: string; account?: string };
  if (account === undefined) return { provider };
  return ACCOUNT.test(account) ? { provider, account } : undefined;
}

/** What was called, as the provider wrote it: our own public address, and path and query as they came. Never what `Host` says. */
export const publicUrl = (base: string | undefined, request: FastifyRequest): { readonly url?: string } =>
  base === undefined ? {} : { url: `${base}${request.raw.url ?? ''}` };
