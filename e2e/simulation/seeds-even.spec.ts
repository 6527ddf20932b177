import { describe, expect, it } from '@jest/globals';
import { runShare, SHARE, SHARE_TIMEOUT_MS } from './seed.range.js';

/** Where the seeds begin; `SIMULATION_FROM=1000000` looks at others. */
const from = Number(process.env['SIMULATION_FROM'] ?? 0);

describe('the system in simulated weather, even seeds', () => {
  it(
    'keeps every promise and comes to rest',
    async () => {
      expect((await runShare(from + 0, SHARE)).join('\n\n')).toBe('');
    },
    SHARE_TIMEOUT_MS,
  );
});
