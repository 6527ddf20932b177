import { describe, expect, it } from '@jest/globals';
import { readEnv } from '@homing/service-kit';
import { silent } from '../projector.fixture.js';
import { UsageError } from '../operate/command.context.js';
import { confirmRestore } from './confirm-restore.command.js';

const run = (...args: string[]) =>
  confirmRestore({
    ...{ args, env: readEnv({}), logger: silent, instance: 'spec', signal: new AbortController().signal },
    ...{ write: () => undefined, say: () => undefined },
  });

describe('confirm-restore, used wrongly', () => {
  it.each([
    [['--undetected'], '--undetected needs --due-before and --kept-until'],
    [['--undetected', '--due-before', '2026-05-01T08:00:00Z'], '--undetected needs'],
    [['--kept-until', '2026-05-01T08:00:00Z'], '--kept-until is for --undetected only'],
    [['--due-before', 'yesterday'], '--due-before must be an instant'],
    [['--due-before', '2026-05-01'], '--due-before must be an instant'],
    [['--force'], '--force'],
  ])('says what is wrong: %j', async (args, words) => {
    await expect(run(...args)).rejects.toThrow(UsageError);
    await expect(run(...args)).rejects.toThrow(words);
  });

  it('without addresses names them', async () => {
    await expect(run('--yes')).rejects.toThrow(/NATS_URL.*EVENTSTORE_URL.*READ_DATABASE_URL/);
  });
});
