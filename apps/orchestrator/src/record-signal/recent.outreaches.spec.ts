import { expect, it } from '@jest/globals';
import { emptyOutreach } from '@homing/domain';
import { RecentOutreaches } from './recent.outreaches.js';

const at = (revision: bigint) => ({ state: emptyOutreach, revision });

it('knows what was recorded before the projection does', () => {
  const recent = new RecentOutreaches();
  recent.note('a', at(5n));
  expect(recent.over('a', new Map([['a', at(4n)]]))?.revision).toBe(5n);
  expect(recent.over('a', new Map())?.revision).toBe(5n);
});

it('believes the projection once that is further', () => {
  const recent = new RecentOutreaches();
  recent.note('a', at(5n));
  expect(recent.over('a', new Map([['a', at(6n)]]))?.revision).toBe(6n);
});

it('knows nothing of what it never heard of, and forgets the oldest', () => {
  const recent = new RecentOutreaches(2);
  for (const id of ['a', 'b', 'a', 'c']) recent.note(id, at(1n));
  expect(recent.over('b', new Map())).toBeUndefined();
  expect(recent.over('a', new Map())?.revision).toBe(1n);
  expect(recent.over('d', new Map([['d', at(0n)]]))?.revision).toBe(0n);
});
