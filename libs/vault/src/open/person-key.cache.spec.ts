import { expect, it } from '@jest/globals';
import type { KeyPair } from '../envelope/x25519.keys.js';
import { PersonKeyCache } from './person-key.cache.js';

it('keeps the most recently used and forgets on demand', () => {
  const key = {} as KeyPair;
  const cache = new PersonKeyCache(2);
  cache.put('a', key);
  cache.put('b', key);
  cache.get('a');
  cache.put('c', key);
  expect(['a', 'b', 'c'].map((id) => cache.get(id) !== undefined)).toEqual([true, false, true]);
  cache.forget('a');
  expect(cache.size).toBe(1);
  cache.clear();
  expect(cache.size).toBe(0);
});
