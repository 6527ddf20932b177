import { readFileSync } from 'node:fs';
import { writeAtomically } from './home.directory.js';

/** dotenv: one NAME=value a line; values are quoted only where a shell would need it. */
export function writeEnvironment(file: string, values: Record<string, string>): void {
  const quoted = (value: string) => (/^[\w.:/@%+=?,-]*$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`);
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`);
  writeAtomically(file, `${lines.join('\n')}\n`);
}

/** What an earlier start wrote; empty when there was none. */
export function readEnvironment(file: string): Record<string, string> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    const unquoted = (value: string) => (value.startsWith("'") ? value.slice(1, -1).replaceAll(`'\\''`, "'") : value);
    return Object.fromEntries(
      lines.map((line) => [line.split('=', 1)[0], unquoted(line.slice(line.indexOf('=') + 1))]),
    );
  } catch {
    return {};
  }
}
