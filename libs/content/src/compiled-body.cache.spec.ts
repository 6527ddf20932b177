import { expect, it } from '@jest/globals';
import { CompiledBodyCache } from './compiled-body.cache.js';

it('compiles once, keeps the most recently used, and keeps faults too', () => {
  const cache = new CompiledBodyCache('text', 2);
  const [a, fault] = [cache.get('a'), cache.get('{% if')];
  expect(fault.kind).toBe('fault');
  expect(cache.get('a')).toBe(a);
  cache.get('c');
  expect(cache.size).toBe(2);
  expect(cache.get('a')).toBe(a);
  expect(cache.get('{% if')).not.toBe(fault);
});
