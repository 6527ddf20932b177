import { describe, expect, it } from '@jest/globals';
import { workerOfThisTab } from './worker.session.js';

const tab = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
};

describe('who works in a tab', () => {
  it('is the same until it is closed, and another in another tab', () => {
    let n = 0;
    const random = () => `${(n += 1)}`;
    const one = tab();
    expect([workerOfThisTab(one, random), workerOfThisTab(one, random), workerOfThisTab(tab(), random)]).toEqual([
      'console-1',
      'console-1',
      'console-2',
    ]);
  });
});
