import { describe, expect, it } from '@jest/globals';
import { HttpException, NotFoundException } from '@nestjs/common';
import { ProblemError, PROBLEMS } from './problem.error.js';
import { problemBody, problemHeaders, toProblem } from './problem.mapping.js';

const secret = 'ada@example.test';

describe('toProblem', () => {
  it.each([
    ['a problem of ours stays', new ProblemError('different_content'), 'different_content'],
    ['Nest says 404', new NotFoundException(`Cannot GET /${secret}`), 'not_found'],
    [
      'Fastify says the JSON is broken',
      new HttpException(secret, 400, { cause: fastifyError('FST_ERR_CTP_INVALID_JSON_BODY') }),
      'malformed_json',
    ],
    ['Fastify says 413', new HttpException(secret, 413), 'body_too_large'],
    ['Postgres refuses connections', Object.assign(new Error(secret), { code: 'ECONNREFUSED' }), 'unavailable'],
    [
      'every address of Postgres refuses',
      new AggregateError([Object.assign(new Error(secret), { code: 'ECONNREFUSED' })]),
      'unavailable',
    ],
    ['Postgres is shutting down', Object.assign(new Error(secret), { code: '57P01' }), 'unavailable'],
    ['the pool gave up waiting', new Error('timeout exceeded when trying to connect'), 'unavailable'],
    [
      'the outage is the cause',
      new Error(secret, { cause: Object.assign(new Error(''), { code: 'ECONNRESET' }) }),
      'unavailable',
    ],
    ['a fault of ours', new TypeError(`cannot read ${secret}`), 'internal'],
    ['a constraint is no outage', Object.assign(new Error(secret), { code: '23505' }), 'internal'],
    ['something thrown that is no error', secret, 'internal'],
  ] as const)('%s', (_name, thrown, code) => {
    const problem = toProblem(thrown);
    expect(problem.code).toBe(code);
    const body = JSON.stringify(problemBody(problem, 'r1')) + JSON.stringify(problemHeaders(problem));
    expect(body).not.toContain(secret);
    expect(JSON.parse(JSON.stringify(problemBody(problem, 'r1')))).toMatchObject({
      type: `urn:homing:problem:${code}`,
      status: PROBLEMS[code].status,
      instance: 'urn:uuid:r1',
    });
  });

  it('tells when to come back while a store is down', () => {
    const problem = toProblem(Object.assign(new Error(''), { code: 'ECONNREFUSED' }));
    expect(problemHeaders(problem)['retry-after']).toBe('2');
  });
});

function fastifyError(code: string): Error {
  return Object.assign(new Error(secret), { code, statusCode: 400 });
}
