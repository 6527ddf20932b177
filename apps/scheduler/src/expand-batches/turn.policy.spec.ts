import { describe, expect, it } from '@jest/globals';
import { Turns } from './turn.policy.js';

const batch = (batchId: string) => ({ batchId, tenantId: batchId.slice(0, 1) });
const waiting = ['a1', 'a2', 'b1', 'a3'].map(batch);

function take(turns: Turns, times: number, of = waiting): string[] {
  return Array.from({ length: times }, () => {
    const next = turns.next(of);
    if (next) turns.served(next);
    return next?.batchId ?? '';
  });
}

describe('turns', () => {
  it('go from tenant to tenant and, of each, from batch to batch', () => {
    expect(take(new Turns(), 8)).toEqual(['a1', 'b1', 'a2', 'b1', 'a3', 'b1', 'a1', 'b1']);
  });

  it('are remembered, also when others have come', () => {
    const turns = new Turns();
    take(turns, 1);
    expect(take(turns, 2, [...waiting, batch('c1')])).toEqual(['b1', 'c1']);
  });

  it('are forgotten of those who wait no more', () => {
    const turns = new Turns();
    take(turns, 2);
    turns.keepOnly([]);
    expect(take(turns, 1)).toEqual(['a1']);
  });

  it('are nobody’s where nobody waits', () => expect(new Turns().next([])).toBeUndefined());
});
