import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RefreshQueue } from './refresh.queue.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function queued() {
  const asked: string[][] = [];
  let answer: (done: boolean) => void = () => {};
  const queue = new RefreshQueue((changed) => {
    asked.push([...changed]);
    return new Promise((resolve) => (answer = resolve));
  });
  return { queue, asked, finish: (done: boolean) => answer(done) };
}
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('RefreshQueue', () => {
  it('catches a storm up in one go, and never runs twice at once', async () => {
    const { queue, asked, finish } = queued();
    queue.later(['a']);
    queue.later(['b', 'a']);
    await pass(400);
    expect(asked).toEqual([['a', 'b']]);
    queue.later(['c']);
    queue.now();
    await pass(10_000);
    expect(asked).toHaveLength(1);
    finish(true);
    await pass(400);
    expect(asked).toEqual([['a', 'b'], ['c']]);
    finish(true);
    await pass(10_000);
    expect(asked).toHaveLength(2);
  });

  it('asks again for what failed, together with what came since', async () => {
    const { queue, asked, finish } = queued();
    queue.later(['a']);
    await pass(400);
    queue.later(['b']);
    finish(false);
    await pass(3_000);
    expect(asked).toEqual([['a'], ['b', 'a']]);
  });

  it('is silent once it is stopped', async () => {
    const { queue, asked } = queued();
    queue.later(['a']);
    queue.stop();
    queue.now();
    await pass(10_000);
    expect(asked).toEqual([]);
  });
});
