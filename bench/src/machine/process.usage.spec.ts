import { describe, expect, it } from '@jest/globals';
import { readKilobytes, readStat } from './process.usage.js';

describe('/proc', () => {
  it('tells parent and time, whatever a program is called', () => {
    const fields = 'S 77 1 1 0 -1 4194560 100 0 0 0 250 50 20 10 20 0 11 0 12345';
    expect(readStat(`42 (a (b) c) ${fields}`)).toEqual({ parent: 77, cpuMs: 3_300 });
  });

  it('tells memory in bytes, and 0 where it does not say', () => {
    expect(readKilobytes('Rss:      200 kB\nPss:      100 kB\nPss_Dirty:  7 kB\n', 'Pss')).toBe(102_400);
    expect(readKilobytes('', 'Pss')).toBe(0);
  });
});
