// The catalogue cannot rot: what it takes out stands in the source, and the tests it names stand in their files.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { GUARDS as BOOKS } from './books.guards.js';
import { GUARDS as EDGES } from './edges.guards.js';
import { GUARDS as REPLIES } from './replies.guards.js';
import { GUARDS as ROUTING } from './routing.guards.js';
import { GUARDS as SENDING } from './sending.guards.js';

const guards = [...SENDING, ...BOOKS, ...ROUTING, ...EDGES, ...REPLIES];

describe('the catalogue of guards', () => {
  it.each(guards.map((guard) => [guard.name, guard] as const))('finds %s where it says', (_name, guard) => {
    const { file, find, replace } = guard;
    expect({ file, times: readFileSync(file, 'utf8').split(find).length - 1 }).toEqual({ file, times: 1 });
    expect(replace).not.toBe(find);
  });

  it.each(guards.map((guard) => [guard.name, guard] as const))('finds the test of %s', (_name, guard) => {
    const { spec, titleIn = spec, test, project } = guard;
    expect(readFileSync(titleIn, 'utf8').replaceAll("\\'", "'")).toContain(test);
    expect(spec.endsWith('.int.spec.ts')).toBe(project === 'integration');
  });

  it('names each once', () => expect(new Set(guards.map(({ name }) => name)).size).toBe(guards.length));

  it('stands in docs/reliability.md, guard by guard', () => {
    const text = readFileSync('docs/reliability.md', 'utf8');
    expect(guards.filter(({ name }) => !text.includes(`| ${name} `)).map(({ name }) => name)).toEqual([]);
  });
});
