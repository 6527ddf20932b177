import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../operate/command.context.js';
import { parseRepublishFlags } from './republish.flags.js';

describe('the flags of republish', () => {
  it('name a range, by position or by time', () => {
    expect(parseRepublishFlags(['--from', '0', '--to', '18446744073', '--dry-run'])).toMatchObject({
      ...{ from: 0n, to: 18_446_744_073n, since: undefined, dryRun: true },
    });
    expect(parseRepublishFlags(['--since', '2026-05-01']).since).toBe('2026-05-01T00:00:00.000Z');
    expect(parseRepublishFlags(['--since', '2026-05-01T08:30Z']).since).toBe('2026-05-01T08:30:00.000Z');
  });

  it.each([
    [[], 'either --from or --since'],
    [['--from', '1', '--since', '2026-05-01'], 'either --from or --since'],
    [['--from', '-1'], 'from'],
    [['--from', '1', '--rate', '0'], '--rate is not understood'],
    [['--from', '1', '--tenant', 'all'], '--tenant is not understood'],
    [['--from', '1', '--run', 'a b'], '--run is not understood'],
    [['--since', '2026-13-45'], '--since is no instant'],
    [['--since', 'yesterday'], '--since is not understood'],
    [['--from', '1', '--fast'], '--fast'],
  ])('are refused by name: %j', (args, words) => {
    expect(() => parseRepublishFlags(args)).toThrow(UsageError);
    expect(() => parseRepublishFlags(args)).toThrow(words);
  });
});
