import { describe, expect, it } from '@jest/globals';
import { worthCollecting } from './idle.policy.js';

const MB = 2 ** 20;
const look = (seconds: number, cpuMs: number, megabytes: number) => ({
  at: seconds * 1_000,
  cpuMs,
  heldBytes: megabytes * MB,
});

describe('memory is given back', () => {
  it('once after the boot, as soon as the process is idle', () => {
    expect(worthCollecting(look(0, 2_000, 100), look(10, 2_300, 100), undefined)).toBe(true);
    expect(worthCollecting(look(0, 2_000, 100), look(10, 2_500, 100), undefined)).toBe(false);
  });

  it('again when much was taken since, but not twice within minutes', () => {
    const last = { at: 0, heldBytes: 40 * MB };
    expect(worthCollecting(look(590, 9_000, 60), look(600, 9_100, 60), last)).toBe(true);
    expect(worthCollecting(look(590, 9_000, 45), look(600, 9_100, 45), last)).toBe(false);
    expect(worthCollecting(look(90, 9_000, 60), look(100, 9_100, 60), last)).toBe(false);
  });

  it('never while there is work', () => {
    expect(worthCollecting(look(590, 9_000, 90), look(600, 9_900, 90), { at: 0, heldBytes: 40 * MB })).toBe(false);
  });
});
