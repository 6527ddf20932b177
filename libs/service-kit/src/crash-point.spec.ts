import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startChild } from './child-process.fixture.js';

describe('crashPoint', () => {
  let directory: string;
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'crash-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const run = async (env: Record<string, string>) => {
    const child = startChild('./crash-child.fixture.ts', { HOMING_CRASH_DIR: directory, ...env });
    const end = await child.ended;
    return { ...end, passed: child.lines.length };
  };

  it('does nothing unless points are named', async () => {
    expect(await run({})).toEqual({ code: 0, signal: null, passed: 3 });
  });

  it('kills at the named passage, once across restarts', async () => {
    const env = { HOMING_CRASH_POINTS: 'elsewhere,before-ack@2' };
    expect(await run(env)).toEqual({ code: null, signal: 'SIGKILL', passed: 1 });
    expect(existsSync(join(directory, 'before-ack'))).toBe(true);
    expect(await run(env)).toEqual({ code: 0, signal: null, passed: 3 });
  });

  it('kills at the first passage by default', async () => {
    expect(await run({ HOMING_CRASH_POINTS: 'before-ack' })).toMatchObject({ signal: 'SIGKILL', passed: 0 });
  });

  it('is inert in production', async () => {
    expect(await run({ HOMING_CRASH_POINTS: 'before-ack', NODE_ENV: 'production' })).toMatchObject({
      code: 0,
      passed: 3,
    });
    expect(existsSync(join(directory, 'before-ack'))).toBe(false);
  });
});
