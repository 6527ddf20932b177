import type { FieldFault } from '@homing/contracts';
import { validateSync } from 'class-validator';
import { ProblemError } from '../problem/problem.error.js';

/** A small, flat body as its rules want it; what stands in a part of it is left to that part's own reader. No body at all is an empty one. @throws ProblemError naming each field, unknown ones included */
export function readBody<T extends object>(dto: new () => T, body: unknown): T {
  const given = objectOf(body);
  // What every object has from the language is no field of any body, and would be taken for the class's own.
  refuse(
    Object.keys(given)
      .filter((name) => name in Object.prototype)
      .map(unknownField),
  );
  const read = Object.assign(new dto(), given);
  const found = validateSync(read, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  refuse(
    found.flatMap(({ property, constraints = {} }) =>
      Object.entries(constraints).map(([code, message]) =>
        code === 'whitelistValidation' ? unknownField(property) : { field: property, code, message },
      ),
    ),
  );
  return read;
}

/** Where nothing is asked for. @throws ProblemError naming each field that was sent all the same */
export const readNoBody = (body: unknown): void => refuse(Object.keys(objectOf(body)).map(unknownField));

function objectOf(body: unknown): object {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body;
  const errors = [{ field: '', code: 'not_an_object', message: 'the body must be a JSON object' }];
  throw new ProblemError('invalid_fields', { errors });
}

function refuse(errors: readonly FieldFault[]): void {
  if (errors.length > 0) throw new ProblemError('invalid_fields', { errors });
}

/** A name somebody invented may hold anything: it is repeated only if it looks like one. */
const unknownField = (name: string): FieldFault => ({
  field: /^[\w.-]{1,100}$/.test(name) ? name : '(unprintable name)',
  code: 'unknown_field',
  message: 'is not a field of this body',
});
