import { describe, expect, it } from '@jest/globals';
import { emptyOutreach, evolveOutreach, type OutreachState } from '@homing/domain';
import type { Settled } from '@homing/messaging';
import { accepted, committed, outreachId, started } from '@homing/testing/outreach-story';
import type { Decided } from './stored.decision.js';
import { withEarlierMessages } from './earlier.message.js';

const answered = (duplicateOf?: string): Settled<Decided> => ({
  status: 'fulfilled',
  value: {
    state: emptyOutreach,
    revision: 1n,
    answer: {
      outreachId: 'x',
      status: 'duplicate',
      fallbackChain: [],
      explanation: '',
      ...(duplicateOf ? { duplicateOf } : {}),
    },
  },
});
const sent = [...committed, started(), accepted()].reduce(evolveOutreach, emptyOutreach as OutreachState);
const states = () => Promise.resolve(new Map([[outreachId, { state: sent, revision: 4n }]]));
const messageIds = (results: readonly Settled<Decided>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? result.value.answer.messageId : 'rejected'));

describe('the answer to a duplicate', () => {
  it('names the message that was sent already', async () => {
    const results = [answered(outreachId), answered(), { status: 'rejected' as const, reason: 'x' }];
    expect(messageIds(await withEarlierMessages(states, results))).toEqual(['pm-1', undefined, 'rejected']);
  });

  it('names none that is not sent yet, or cannot be read', async () => {
    expect(messageIds(await withEarlierMessages(() => Promise.resolve(new Map()), [answered('y')]))).toEqual([
      undefined,
    ]);
    const down = () => Promise.reject(new Error('down'));
    expect(messageIds(await withEarlierMessages(down, [answered(outreachId)]))).toEqual([undefined]);
  });

  it('reads nothing where nothing is a duplicate', async () => {
    const never = () => Promise.reject(new Error('was read'));
    expect(messageIds(await withEarlierMessages(never, [answered()]))).toEqual([undefined]);
  });
});
