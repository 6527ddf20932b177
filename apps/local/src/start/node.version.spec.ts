import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { OLDEST_NODE, whyNotThisNode } from './node.version.js';

describe('the Node that the launcher runs under', () => {
  it.each(['v20.20.2', '18.19.0', 'v22.14.9', ''])('refuses %s, and says what to use', (version) => {
    const why = whyNotThisNode(version);
    expect(why).toContain(version.replace('v', ''));
    expect(why).toContain('\n  next: use `npm start`');
  });

  it.each(['v22.15.0', 'v24.21.0', process.version])('takes %s', (version) => {
    expect(whyNotThisNode(version)).toBeUndefined();
  });

  it('is asked for nothing else by the bootstrap, and before anything is loaded', () => {
    const [major, minor] = OLDEST_NODE;
    const bootstrap = readFileSync(join(process.cwd(), 'tools/run.mjs'), 'utf8');
    expect(bootstrap).toContain(`major < ${major} || (major === ${major} && minor < ${minor})`);
    const main = readFileSync(join(process.cwd(), 'apps/local/src/main.ts'), 'utf8');
    expect([...main.matchAll(/^import .* from '(.*)';$/gm)].map(([, from]) => from)).toEqual([
      './start/node.version.js',
    ]);
  });
});
