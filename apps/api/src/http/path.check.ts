import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem/problem.error.js';
import { sendProblem } from '../problem/problem.mapping.js';

const REFUSAL_ROUTE = '/-/malformed-path';
/** Characters of one part of a path: a campaign's id may have as many. */
const LONGEST_PART = 200;
/** The router counts UTF-16 units, of which a character has up to two. */
export const MAX_PARAM_LENGTH = 2 * LONGEST_PART;

/**
 * The router answers a path it cannot read past every hook and filter, quoting it. Such a path is led to a route that
 * refuses it as everything else is refused.
 */
export function refuseMalformedPaths(server: FastifyInstance): void {
  const problem = new ProblemError('malformed_request', {
    detail: `a path must be valid percent-encoding, with at most ${LONGEST_PART} characters between two slashes`,
  });
  server.all(REFUSAL_ROUTE, (_request, reply) => sendProblem(reply, problem));
  server.server.prependListener('request', (request: IncomingMessage) => {
    if (!isReadable((request.url ?? '').split(/[?#]/)[0] ?? '')) request.url = REFUSAL_ROUTE;
  });
}

export function isReadable(path: string): boolean {
  try {
    return path !== '' && path.split('/').every((part) => [...decodeURIComponent(part)].length <= LONGEST_PART);
  } catch {
    return false;
  }
}
