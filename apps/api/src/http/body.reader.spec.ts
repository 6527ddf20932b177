import { describe, expect, it } from '@jest/globals';
import { IsInt, IsObject, IsOptional } from 'class-validator';
import type { ProblemError } from '../problem/problem.error.js';
import { readBody } from './body.reader.js';

class Body {
  @IsObject() part!: object;
  @IsOptional() @IsInt() count?: number;
}

const faultsOf = (body: unknown): unknown[] => {
  try {
    readBody(Body, body);
    return [];
  } catch (thrown) {
    return ((thrown as ProblemError).details.errors ?? []).map(({ field, code }) => [field, code]);
  }
};

describe('reading a flat body', () => {
  it('takes it as it came, parts of any depth and name included', () => {
    let part: object = {};
    for (let level = 0; level < 50_000; level += 1) part = { part };
    expect(readBody(Body, { part, count: 1 }).part).toBe(part);
    expect(faultsOf({ part: { constructor: 1, toString: 2 } })).toEqual([]);
  });

  it.each<[string, unknown, unknown[]]>([
    ['a field it has not', { part: {}, colour: 1 }, [['colour', 'unknown_field']]],
    ['a name of the language', { part: {}, constructor: 1 }, [['constructor', 'unknown_field']]],
    ['another', { part: {}, toString: 1 }, [['toString', 'unknown_field']]],
    [
      'what a field cannot be',
      { part: [], count: 'x' },
      [
        ['part', 'isObject'],
        ['count', 'isInt'],
      ],
    ],
    ['no object', [1], [['', 'not_an_object']]],
  ])('refuses %s by name', (_what, body, faults) => {
    expect(faultsOf(body)).toEqual(faults);
  });
});
