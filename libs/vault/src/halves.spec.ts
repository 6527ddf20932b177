import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = import.meta.dirname;

/** Every file of ours and every package that importing this file brings along (types leave nothing behind). */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target = ''] of readFileSync(join(root, file), 'utf8').matchAll(
    /^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms,
  ))
    if (target.startsWith('.')) reach(relative(root, join(root, dirname(file), target.replace(/\.js$/, '.ts'))), seen);
    else seen.add(target);
  return seen;
}

const within = (folder: string, reached: Set<string>): string[] =>
  [...reached].filter((file) => file.startsWith(`${folder}/`));

describe('the halves', () => {
  it('seal: no database and nothing that opens', () => {
    const reached = reach('seal/index.ts');
    expect(reached.has('seal/sealer.ts')).toBe(true); // the walk does walk
    expect([...reached].filter((name) => ['pg', 'kysely'].includes(name))).toEqual([]);
    for (const folder of ['open', 'intake', 'erase', 'registry', 'database', 'desk', 'letters'])
      expect(within(folder, reached)).toEqual([]);
  });

  it.each(['intake', 'erase', 'registry', '.'])('%s: nothing that opens', (half) => {
    const file = join(half, 'index.ts');
    expect(existsSync(join(root, file))).toBe(true);
    expect(within('open', reach(file))).toEqual([]);
  });

  it('desk: nothing that opens what is a person’s, or takes in', () => {
    const reached = reach('desk/index.ts');
    expect(reached.has('open/envelope.opener.ts')).toBe(true);
    expect(reached.has('open/vault.opener.ts')).toBe(false);
    for (const folder of ['intake', 'erase', 'letters']) expect(within(folder, reached)).toEqual([]);
  });

  it('letters: opens nothing but what was sealed to it, and writes nothing', () => {
    const reached = reach('letters/index.ts');
    expect(within('open', reached)).toEqual(['open/envelope.reader.ts']);
    for (const folder of ['intake', 'erase', 'desk']) expect(within(folder, reached)).toEqual([]);
  });

  it('webhook-keys: no database, and opens nothing but what was sealed to it', () => {
    const reached = reach('webhook-keys/index.ts');
    expect(reached.has('open/envelope.opener.ts')).toBe(true);
    expect([...reached].filter((name) => ['pg', 'kysely'].includes(name))).toEqual([]);
    for (const folder of ['intake', 'erase', 'registry', 'database', 'desk'])
      expect(within(folder, reached)).toEqual([]);
  });

  it('open: nothing that takes in', () => {
    const reached = reach('open/index.ts');
    expect(reached.has('open/envelope.reader.ts')).toBe(true);
    for (const folder of ['intake', 'erase', 'seal']) expect(within(folder, reached)).toEqual([]);
  });
});
