import type { FastifyReply } from 'fastify';

/** Everything ingestion can refuse with (RFC 9457): `type` is `urn:homing:problem:<code>`. */
const PROBLEMS = {
  bad_signature: { status: 401, title: 'The signature does not fit the body' },
  challenge_refused: { status: 403, title: 'The challenge is not one of ours' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'The method cannot be used here' },
  too_many: { status: 429, title: 'Too many links that are not ours' },
  body_too_large: { status: 413, title: 'The body is too large' },
  malformed_request: { status: 400, title: 'The request cannot be read' },
  busy: { status: 503, title: 'Too many webhooks at once' },
  unavailable: { status: 503, title: 'The bus is down' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

const RETRY_AFTER_SECONDS = 5;

/** Answers with problem details that repeat nothing of what was sent; 503 and 429 say when to come again. */
export function replyProblem(reply: FastifyReply, code: ProblemCode, otherStatus?: number): FastifyReply {
  const { title, status: usual } = PROBLEMS[code];
  const status = otherStatus ?? usual;
  if (status === 503 || status === 429) void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  const body = JSON.stringify({ type: `urn:homing:problem:${code}`, title, status });
  return reply.code(status).type('application/problem+json').send(body);
}

/** Problems that pass: whoever meets one must come again, and gets the status on which it does. */
export const passes = (code: ProblemCode): boolean => PROBLEMS[code].status >= 500;

/** The problem an error of the framework or of ours stands for. */
export function problemOf(error: unknown): ProblemCode {
  const { statusCode, status } = error as { statusCode?: unknown; status?: unknown };
  const code = statusCode ?? status;
  if (code === 404) return 'not_found';
  if (code === 405) return 'method_not_allowed';
  if (code === 413) return 'body_too_large';
  if (code === 503) return 'busy';
  return typeof code === 'number' && code >= 400 && code < 500 ? 'malformed_request' : 'internal';
}
