import type { ValidationError } from 'class-validator';

/** One thing wrong with one field. `code` and `message` never repeat the value that was sent. */
export interface FieldFault {
  /** Path as in `recipient.contacts.email[0]`. */
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** Everything one error of the validator names, each by the path of its field. */
export function faultsOf(error: ValidationError, parent: string): FieldFault[] {
  const field = !parent
    ? error.property
    : /^\d+$/.test(error.property)
      ? `${parent}[${error.property}]`
      : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([code, message]) =>
    code === 'whitelistValidation'
      ? { field: printable(field), code: 'unknown_field', message: 'is not a field of this message' }
      : { field, code, message },
  );
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, field))];
}

/** Names of fields we define are ours; a name somebody invented may hold anything, and is repeated only if it looks like one. */
export const printable = (field: string): string => (/^[\w.[\]-]{1,100}$/.test(field) ? field : '(unprintable name)');
