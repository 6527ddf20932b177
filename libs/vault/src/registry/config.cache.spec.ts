import { describe, expect, it } from '@jest/globals';
import { ConfigCache } from './config.cache.js';

function setUp(capacity = 10) {
  const world = { version: '1', now: 0, loads: [] as string[][] };
  const cache = new ConfigCache({
    readVersion: async () => world.version,
    freshForMs: 100,
    now: () => world.now,
    capacity,
  });
  const ask = (...keys: string[]) =>
    cache.findAll(keys, async (missing) => {
      const names = missing.map((at) => keys[at] as string);
      world.loads.push(names);
      return names.map((name) => `${name}@${world.version}`);
    });
  return { world, cache, ask };
}

describe('ConfigCache', () => {
  it('asks once for what it does not know and answers in order', async () => {
    const { world, ask } = setUp();
    expect(await ask('a', 'b')).toEqual(['a@1', 'b@1']);
    expect(await ask('c', 'a')).toEqual(['c@1', 'a@1']);
    expect(world.loads).toEqual([['a', 'b'], ['c']]);
  });

  it('keeps answers while the version stands, and drops them when it moved', async () => {
    const { world, ask } = setUp();
    await ask('a');
    world.now = 150;
    expect(await ask('a')).toEqual(['a@1']);
    world.version = '2';
    expect(await ask('a')).toEqual(['a@1']);
    world.now = 250;
    expect(await ask('a')).toEqual(['a@2']);
  });

  it('does not keep what was loaded while a write invalidated it', async () => {
    const { world, cache, ask } = setUp();
    await cache.findAll(['a'], async () => {
      cache.invalidate();
      return ['old'];
    });
    expect(await ask('a')).toEqual(['a@1']);
    expect(world.loads).toEqual([['a']]);
  });

  it('never grows past its capacity', async () => {
    const { world, ask } = setUp(2);
    await ask('a', 'b', 'c');
    await ask('a');
    expect(world.loads).toEqual([['a', 'b', 'c'], ['a']]);
  });
});
