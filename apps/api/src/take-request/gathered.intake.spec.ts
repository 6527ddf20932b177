import { describe, expect, it } from '@jest/globals';
import type { IntakeItem, IntakeResult } from '@homing/intake';
import { gatheredIntake } from './gathered.intake.js';

const item = (requestId: string): IntakeItem => ({ requestId }) as Partial<IntakeItem> as IntakeItem;
const accepted = ({ requestId }: IntakeItem) => ({ kind: 'accepted', outreachId: `o-${requestId}` }) as IntakeResult;

/** An intake that notes its batches, and cannot keep what is named `bad`. */
function noting(error?: Error) {
  const batches: string[][] = [];
  const takeIn = (items: readonly IntakeItem[]) => {
    batches.push(items.map(({ requestId }) => requestId));
    if (error) return Promise.reject(error);
    return items.some(({ requestId }) => requestId === 'bad')
      ? Promise.reject(Object.assign(new Error('invalid input'), { code: '22P02' }))
      : Promise.resolve(items.map(accepted));
  };
  return { batches, intake: gatheredIntake({ takeIn }) };
}

describe('requests that come at the same time', () => {
  it('are taken in together, and each is answered as its own', async () => {
    const { batches, intake } = noting();
    const answers = await Promise.all(['a', 'b', 'c'].map((id) => intake.takeIn([item(id)])));
    expect(batches).toEqual([['a', 'b', 'c']]);
    expect(answers.flat()).toEqual([item('a'), item('b'), item('c')].map(accepted));
  });

  it('do not suffer from one that cannot be kept', async () => {
    const { batches, intake } = noting();
    const [first, bad, last] = await Promise.allSettled(['a', 'bad', 'c'].map((id) => intake.takeIn([item(id)])));
    expect(first).toEqual({ status: 'fulfilled', value: [accepted(item('a'))] });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: '22P02' } });
    expect(last).toEqual({ status: 'fulfilled', value: [accepted(item('c'))] });
    expect(batches).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  });

  it('all hear of a store that is away, which is not asked for each of them', async () => {
    const { batches, intake } = noting(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }));
    const answers = await Promise.allSettled(['a', 'b'].map((id) => intake.takeIn([item(id)])));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(batches).toHaveLength(1);
  });
});
