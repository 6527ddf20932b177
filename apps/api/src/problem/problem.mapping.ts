import { HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isOutage } from './outage.policy.js';
import { ProblemError, PROBLEMS, type ProblemCode } from './problem.error.js';

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed_request',
  401: 'unauthenticated',
  403: 'missing_scope',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  414: 'malformed_request',
  415: 'unsupported_media_type',
};
const MALFORMED_JSON = /^FST_ERR_CTP_(INVALID|EMPTY)_JSON_BODY$/;
const retryAfterOutageSeconds = 2;

/** Whatever was thrown as one of our problems. Nothing of a foreign error's text is passed on: it may quote what was sent. */
export function toProblem(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  const asRefused = refusedByFramework(thrown);
  if (asRefused) return new ProblemError(asRefused, {}, { cause: thrown });
  if (isOutage(thrown))
    return new ProblemError('unavailable', { retryAfter: retryAfterOutageSeconds }, { cause: thrown });
  return new ProblemError('internal', {}, { cause: thrown });
}

function refusedByFramework(thrown: unknown): ProblemCode | undefined {
  if (thrown instanceof HttpException) {
    return isMalformedJson(thrown.cause) ? 'malformed_json' : BY_STATUS[thrown.getStatus()];
  }
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  if (isMalformedJson(thrown)) return 'malformed_json';
  return typeof statusCode === 'number' ? BY_STATUS[statusCode] : undefined;
}

function isMalformedJson(thrown: unknown): boolean {
  const { code, name } = (thrown ?? {}) as { code?: unknown; name?: unknown };
  return name === 'SyntaxError' || (typeof code === 'string' && MALFORMED_JSON.test(code));
}

/** The body of the answer (RFC 9457). */
export function problemBody(problem: ProblemError, requestUuid: string): Record<string, unknown> {
  const { status, title } = PROBLEMS[problem.code];
  const { detail, errors, requestId } = problem.details;
  return {
    type: `urn:homing:problem:${problem.code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    instance: `urn:uuid:${requestUuid}`,
    ...(errors === undefined ? {} : { errors }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

export function problemHeaders(problem: ProblemError): Record<string, string> {
  const { retryAfter } = problem.details;
  return {
    'content-type': 'application/problem+json',
    ...(problem.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  };
}

/** Sends it, with the request's id as the name of this occurrence. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): void {
  const { status } = PROBLEMS[problem.code];
  void reply.code(status).headers(problemHeaders(problem)).send(problemBody(problem, reply.request.id));
}
