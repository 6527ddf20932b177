import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A variable a service reads. */
export interface Variable {
  readonly name: string;
  /** False when the code names a default, or takes its absence for an answer. */
  readonly required: boolean;
}

/** `env.int('PORT', { default: 0 })` with whatever stands between. */
const reading =
  /\benv\s*\.\s*(string|int|url|flag|oneOf|list|secret|optionalSecret)\s*(?:<[^(]*>)?\(\s*'([A-Z][A-Z0-9_]*)'/g;

/** Every variable the code of a room reads through `Env`, tests and fixtures apart. */
export function variablesOf(root: string, room: string): Variable[] {
  const source = join(root, room, 'src');
  const files = readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts') && !/\.(spec|fixture)\.ts$/.test(name));
  return files.flatMap((file) => {
    const code = readFileSync(join(source, file), 'utf8');
    return [...code.matchAll(reading)].map(({ index, 0: start, 1: kind, 2: name = '' }) => {
      const call = callFrom(code, index + start.length);
      return { name, required: kind !== 'optionalSecret' && kind !== 'flag' && !/\bdefault\b/.test(call) };
    });
  });
}

/** The rest of a call's arguments. */
function callFrom(code: string, at: number): string {
  let depth = 1;
  let end = at;
  for (; end < code.length && depth > 0; end += 1) {
    if (code[end] === '(') depth += 1;
    if (code[end] === ')') depth -= 1;
  }
  return code.slice(at, end);
}
