import { describe, expect, it } from '@jest/globals';
import { LeaseClock } from './lease.clock.js';

/** The whole process stands still: no timer of it can run, as while it is frozen. */
const frozenFor = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('a lease', () => {
  it('is over for who was frozen, before any timer has told', () => {
    const clock = new LeaseClock(20, performance.now());
    expect(clock.held()).toBe(true);
    frozenFor(25);
    expect(clock.lost.aborted).toBe(false);
    expect(clock.held()).toBe(false);
    clock.end();
  });

  it('is counted from when the sign of life was sent, not from when it was answered', () => {
    const clock = new LeaseClock(20, performance.now() - 25);
    expect(clock.held()).toBe(false);
    clock.end();
  });

  it('is not renewed by an answer that comes after its end', () => {
    const clock = new LeaseClock(20, performance.now());
    frozenFor(25);
    clock.renew(performance.now());
    expect({ held: clock.held(), lost: clock.lost.aborted }).toEqual({ held: false, lost: true });
  });

  it('goes on as long as it is renewed, and ends by itself when it is not', async () => {
    const clock = new LeaseClock(10_000, performance.now());
    clock.renew(performance.now() + 5);
    expect(clock.held()).toBe(true);
    const short = new LeaseClock(5, performance.now());
    await new Promise((resolve) => short.lost.addEventListener('abort', resolve));
    expect(short.held()).toBe(false);
    clock.end();
    expect(clock.held()).toBe(false);
  });
});
