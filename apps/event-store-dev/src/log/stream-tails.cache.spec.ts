import { describe, expect, it } from '@jest/globals';
import type { StreamTail } from '../storage/log-storage.port.js';
import { MemoryStorage } from '../storage/memory.storage.js';
import { storedEvent } from './events.fixture.js';
import { StreamTails, tailOf } from './stream-tails.cache.js';

/** A storage that counts its look-ups and can be held while it answers. */
class CountingStorage extends MemoryStorage {
  asked: string[] = [];
  hold: Promise<void> | undefined;

  override async tails(streams: readonly string[]): Promise<Map<string, StreamTail>> {
    this.asked.push(...streams);
    const answer = await super.tails(streams);
    await this.hold;
    return answer;
  }
}

async function place(limit?: number) {
  const storage = new CountingStorage();
  await storage.open(() => {});
  await storage.write([storedEvent({ stream: 's', position: 10n, revision: 4n })]);
  return { storage, tails: new StreamTails(storage, limit) };
}

describe('the ends of streams', () => {
  it('are asked for once, also of streams that do not exist', async () => {
    const { storage, tails } = await place();
    for (let n = 0; n < 3; n++) {
      expect((await tails.state('s')).revision).toBe(4n);
      expect((await tails.state('none')).revision).toBe(-1n);
    }
    expect(storage.asked.sort()).toEqual(['$$none', '$$s', 'none', 's']);
  });

  it('found during a commit are used, but not remembered', async () => {
    const { storage, tails } = await place();
    let release = () => {};
    storage.hold = new Promise((resolve) => (release = resolve));
    const old = tails.state('s');
    tails.set('s', tailOf('s', 5n));
    release();
    expect((await old).revision).toBe(4n);
    expect((await tails.state('s')).revision).toBe(5n);
  });

  it('are forgotten, oldest first, when there are too many', async () => {
    const { storage, tails } = await place(2);
    for (const stream of ['a', 'b', 'c']) tails.set(stream, tailOf(stream, 7n));
    storage.asked = [];
    expect((await tails.state('a')).revision).toBe(-1n);
    expect(storage.asked).toContain('a');
  });
});
