import { describe, expect, it } from '@jest/globals';
import { costsOf, ownerOf, scaledTo, sumBy, type CpuProfile } from './profile.cost.js';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 0 });
const room = 'file:///somewhere/libs/vault/dist/a.js';
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
    { id: 2, callFrame: frame('seal', room), children: [3] },
    { id: 3, callFrame: frame('hash', 'node:internal/crypto/hash'), children: [4] },
    { id: 4, callFrame: frame('seal', room) },
    { id: 5, callFrame: frame('(idle)') },
    { id: 6, callFrame: frame('(garbage collector)') },
  ],
  samples: [2, 3, 4, 5, 6, 5],
  timeDeltas: [10, 20, 30, 1_000, 5, -7],
};

describe('the cost of a function', () => {
  const costs = costsOf(profile);
  const cost = (name: string) => costs.find((found) => found.name.startsWith(name));

  it('is its own time, and once its time with what it calls', () => {
    expect(cost('seal')).toMatchObject({ owner: 'libs/vault', self: 40, total: 60 });
    expect(cost('hash')).toMatchObject({ owner: 'node:crypto', self: 20, total: 50 });
  });

  it('is nothing while it waits', () => {
    expect(cost('(idle)')).toBeUndefined();
    expect(cost('(root)')).toMatchObject({ total: 65 });
  });

  it('keeps its share of another whole', () => {
    expect(scaledTo(costs, 6.5).find(({ name }) => name.startsWith('seal'))).toMatchObject({ self: 4, total: 6 });
  });

  it('adds up by owner', () => {
    const owners = sumBy(costs, ({ owner }) => owner);
    expect(owners.find(({ name }) => name === '(gc)')?.self).toBe(5);
    expect(owners.reduce((sum, { self }) => sum + self, 0)).toBe(65);
  });
});

it.each([
  ['file:///x/node_modules/@grpc/grpc-js/build/a.js', '@grpc/grpc-js'],
  ['file:///x/node_modules/a/node_modules/pg/lib/b.js', 'pg'],
  ['file:///x/apps/projector/dist/lead/c.js', 'apps/projector'],
  ['node:internal/http/d', 'node:http'],
  ['node:net', 'node:net'],
])('%s belongs to %s', (url, owner) => expect(ownerOf(url, 'f')).toBe(owner));
