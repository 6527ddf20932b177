import type { BodyPart, ContentFault } from './content.types.js';

/** By name: the class's own `is` says yes to every error of the library. */
const undefinedVariable = 'UndefinedVariableError';

type Located = {
  readonly name?: string;
  readonly message: string;
  readonly token?: { getPosition(): number[] };
  readonly originalError?: unknown;
};

/** liquidjs quotes template text in its messages, which is the author's own; its position suffix is dropped. */
export function syntaxFault(part: BodyPart, error: unknown): ContentFault {
  const located = flatten(error)[0] as Located;
  const reason = located.message.replace(/, (?:file:.*, )?line:\d+, col:\d+$/, '');
  return { kind: 'syntax', part, line: lineOf(located), reason };
}

/** Never passes on the message of a failed filter: it may hold data. */
export function renderFault(part: BodyPart, error: unknown): ContentFault {
  const errors = flatten(error);
  const missing = errors.filter(isUndefinedVariable);
  const other = errors.find((one) => !isUndefinedVariable(one));
  if (other === undefined && missing.length > 0)
    return { kind: 'missing_variables', names: missing.map(variableOf).filter((name) => name !== '') };
  const message = other?.message ?? '';
  return {
    kind: 'render',
    part,
    line: lineOf(other),
    reason: /limit exceeded/.test(message) ? 'too_much_work' : 'failed',
  };
}

function flatten(error: unknown): Located[] {
  const { errors } = error as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? errors.flatMap(flatten) : [error as Located];
}

function isUndefinedVariable(error: Located): boolean {
  return error.name === undefinedVariable || (error.originalError as Located | undefined)?.name === undefinedVariable;
}

function variableOf(error: Located): string {
  return /undefined variable: ([^,\s]+)/.exec(error.message)?.[1] ?? '';
}

function lineOf(error: Located | undefined): number {
  return error?.token?.getPosition()[0] ?? 1;
}
