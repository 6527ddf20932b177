import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem/problem.error.js';
import { sendProblem } from '../problem/problem.mapping.js';

const REFUSAL_ROUTE = '/-/malformed-path';
/** The router's own bound for one part of a path. */
const LONGEST_PART = 100;

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
    return decodeURIComponent(path) !== '' && path.split('/').every((part) => part.length <= LONGEST_PART);
  } catch {
    return false;
  }
}
