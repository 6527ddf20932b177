import { describe, expect, it } from '@jest/globals';
import { emptyOutreach } from '@homing/domain';
import { StateCache } from './state.cache.js';

const state = (outreachId: string, revision = 0n) => ({
  outreachId,
  tenantId: 't',
  revision,
  traceparent: null,
  state: emptyOutreach,
});

describe('StateCache', () => {
  it('lets go of what was used least recently', () => {
    const cache = new StateCache(2);
    cache.put(state('a'));
    cache.put(state('b'));
    cache.get('a');
    cache.put(state('c'));
    expect(['a', 'b', 'c'].map((id) => cache.get(id)?.outreachId)).toEqual(['a', undefined, 'c']);
    expect(cache.size).toBe(2);
  });

  it('holds the latest state of each', () => {
    const cache = new StateCache(2);
    cache.put(state('a'));
    cache.put(state('a', 7n));
    expect(cache.get('a')?.revision).toBe(7n);
    expect(cache.size).toBe(1);
  });
});
