import { describe, expect, it } from '@jest/globals';
import { fencedBy, LeaseOverError } from './lease.fence.js';
import { leadershipCheck } from './scheduler.status.js';

class Counter {
  #count = 0;
  readonly step = 2;
  add(times: number): Promise<number> {
    this.#count += this.step * times;
    return Promise.resolve(this.#count);
  }
}

describe('fenced acts', () => {
  it('are done while the lease holds, and refused undone from the moment it is over', async () => {
    let held = true;
    const counter = new Counter();
    const fenced = fencedBy({ held: () => held }, counter);
    expect(await fenced.add(3)).toBe(6);
    held = false;
    await expect(fenced.add(1)).rejects.toThrow(LeaseOverError);
    held = true;
    expect(await fenced.add(1)).toBe(8);
  });

  it('leave what is no act as it is', () => {
    expect(fencedBy({ held: () => false }, new Counter()).step).toBe(2);
  });
});

describe('readiness of a scheduler', () => {
  it.each([
    ['a process that cannot ask who leads', 'starting', [], { status: 'down', reason: 'cannot ask who leads' }],
    ['a standby, which says so', 'standby', [], { status: 'up', note: 'standby' }],
    ['a leader', 'leading', [0, 2], { status: 'up', note: 'leading' }],
    ['a leader whose rounds fail', 'leading', [0, 3], { status: 'down', reason: 'rounds fail' }],
  ] as const)('of %s', (_who, role, failures, result) => {
    expect(leadershipCheck(role, failures)).toEqual(result);
  });
});
