import { describe, expect, it } from '@jest/globals';
import { CommittedTail } from './committed-tail.feed.js';
import { storedEvent } from './events.fixture.js';

const event = (position: bigint, stream = 's', size = 10) =>
  storedEvent({ position, revision: position, stream, data: Buffer.alloc(size) });
const positions = (events: readonly { position: bigint }[] | undefined) => events?.map(({ position }) => position);

describe('the committed end of the log', () => {
  it('answers from memory only what it can answer completely', () => {
    const tail = new CommittedTail(50n);
    tail.publish([event(60n), event(75n), event(90n)]);
    expect(tail.after(49n, 9)).toBeUndefined();
    expect(positions(tail.after(50n, 9))).toEqual([60n, 75n, 90n]);
    expect(positions(tail.after(60n, 1))).toEqual([75n]);
    expect(positions(tail.after(61n, 9))).toEqual([75n, 90n]);
    expect(positions(tail.after(90n, 9))).toEqual([]);
  });

  it('holds no more than its bytes, and says that what it dropped is elsewhere', () => {
    const tail = new CommittedTail(0n, 10_000);
    for (let n = 1n; n <= 1_000n; n++) tail.publish([event(n * 1_000n, 's', 900)]);
    expect(tail.after(0n, 9_999)).toBeUndefined();
    expect(tail.after(999_000n, 9)?.length).toBe(1);
    let oldest = 1_000_000n;
    while (tail.after(oldest, 1)) oldest -= 1_000n;
    expect(1_000_000n - oldest).toBeLessThan(12_000n);
  });

  it('wakes those who wait for more, and those who wait for one stream', async () => {
    const tail = new CommittedTail(10n);
    const { signal } = new AbortController();
    const woken: string[] = [];
    const waits = [
      tail.beyond(10n, signal).then(() => woken.push('any')),
      tail.nextOf('a', signal).then(() => woken.push('a')),
    ];
    const b = tail.nextOf('b', signal).then(() => woken.push('b'));
    tail.publish([event(20n, 'a')]);
    await Promise.all(waits);
    expect(woken.sort()).toEqual(['a', 'any']);
    tail.publish([event(30n, 'b')]);
    await b;
  });

  it('lets go of those whose caller is gone', async () => {
    const tail = new CommittedTail(10n);
    const gone = new AbortController();
    const waits = [tail.beyond(10n, gone.signal), tail.nextOf('a', gone.signal)];
    gone.abort();
    await Promise.all(waits);
  });
});
