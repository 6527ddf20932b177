import { describe, expect, it } from '@jest/globals';
import { parseBenchFlags, SECTIONS } from './bench.flags.js';

describe('flags', () => {
  it('ask for everything when there are none', () => {
    expect(parseBenchFlags([])).toEqual({
      sections: SECTIONS,
      quick: false,
      profile: false,
      via: 'bus',
      gatherMs: 250,
    });
  });

  it('ask for one section, at a rate, for a time', () => {
    const args = '--only e2e --rate 150 --seconds 20 --via http --gather 0 --quick'.split(' ');
    const wish = { sections: ['e2e'], quick: true, profile: false, via: 'http', rate: 150, seconds: 20, gatherMs: 0 };
    expect(parseBenchFlags(args)).toEqual(wish);
  });

  it.each([[['--only', 'tea']], [['--rate', '0']], [['--rate']], [['--via', 'pigeon']], [['--fast']]])(
    'refuse %j and say what there is',
    (args) => expect(() => parseBenchFlags(args)).toThrow(/next: npm run bench/),
  );
});
