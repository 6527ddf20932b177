import { describe, expect, it } from '@jest/globals';
import type { ListedOutreach } from '../api/api.types.js';
import { EMPTY, withChanged, withNewest, withOlder } from './list.state.js';

const item = (n: number, state = 'sent'): ListedOutreach => ({
  outreachId: `o${n}`,
  state,
  recipient: { contacts: [] },
  acceptedAt: `2026-01-05T09:00:0${n}.000Z`,
});
const ids = ({ items }: { items: readonly ListedOutreach[] }) => items.map((each) => each.outreachId);

describe('the list', () => {
  const two = withNewest(EMPTY, { items: [item(4), item(3)], nextCursor: 'older' });

  it('puts what is new on top, keeps what is older, and keeps the way to the oldest', () => {
    const newer = withNewest(two, { items: [item(5), item(4, 'delivered')], nextCursor: 'not the oldest' });
    expect(ids(newer)).toEqual(['o5', 'o4', 'o3']);
    expect(newer.items[1]?.state).toBe('delivered');
    expect(newer.nextCursor).toBe('older');
  });

  it('goes on to older pages until there is none', () => {
    const all = withOlder(two, { items: [item(2), item(1)] });
    expect(ids(all)).toEqual(['o4', 'o3', 'o2', 'o1']);
    expect(all.nextCursor).toBeUndefined();
    expect(withOlder(all, { items: [item(1)] }).items).toHaveLength(4);
  });

  it('changes what it shows, drops what the filter no longer wants, and takes in nothing it was not asked for', () => {
    const changed = withChanged(two, [item(4, 'delivered'), item(9)], undefined);
    expect([ids(changed), changed.items[0]?.state]).toEqual([['o4', 'o3'], 'delivered']);
    expect(ids(withChanged(two, [item(4, 'delivered')], 'sent'))).toEqual(['o3']);
  });
});
