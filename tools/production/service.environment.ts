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
  /\b(?:env|settings)\s*\.\s*(string|int|url|flag|oneOf|list|secret|optionalSecret)\s*(?:<[^(]*>)?\(\s*'([A-Z][A-Z0-9_]*)'/g;

/** Apps that are given accounts with providers, and the files of `libs/channels` that read them; none of them is required by itself. */
const setups: Readonly<Record<string, RegExp>> = {
  'apps/channel-gateway': /\.setup\.ts$/,
  'apps/webhook-ingestion': /\.webhook-setup\.ts$/,
};

/** Every variable the code of a room reads through `Env`, tests and fixtures apart. */
export function variablesOf(root: string, room: string): Variable[] {
  const own = readIn(join(root, room, 'src'), (name) => name.endsWith('.ts') && !/\.(spec|fixture)\.ts$/.test(name));
  const setup = setups[room];
  if (!setup) return own;
  const given = readIn(join(root, 'libs/channels/src'), (name) => name.includes('/') && setup.test(name));
  return [...own, ...given.map(({ name }) => ({ name, required: false }))];
}

function readIn(source: string, wanted: (file: string) => boolean): Variable[] {
  const files = readdirSync(source, { recursive: true }).map(String).filter(wanted);
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
