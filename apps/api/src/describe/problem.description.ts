import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../problem/problem.error.js';

const always: readonly ProblemCode[] = ['unauthenticated', 'missing_scope', 'too_many_requests', 'unavailable'];

/** The refusals of a route beside those every route has. */
export function DescribeProblems(...codes: readonly ProblemCode[]): MethodDecorator {
  const all = [...new Set([...always, ...codes])];
  const statuses = [...new Set(all.map((code) => PROBLEMS[code].status))];
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: all
          .filter((code) => PROBLEMS[code].status === status)
          .map((code) => `${PROBLEMS[code].title} (\`${code}\`)`)
          .join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      }),
    ),
  );
}

export const answers = (status: number, schema: string, description: string): MethodDecorator =>
  ApiResponse({
    status,
    description,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  });
