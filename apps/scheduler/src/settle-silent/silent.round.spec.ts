import { expect, it } from '@jest/globals';
import type { SilentFilter, SilentOutreach } from '@homing/read-model';
import { settleSilent } from './silent.round.js';

const now = () => new Date('2026-05-20T12:00:00.000Z');
const acceptedAt = '2026-05-01T12:00:00.000Z';

async function round(stored: readonly SilentOutreach[]) {
  const asked: SilentFilter[] = [];
  const followed: object[] = [];
  const silentOutreach = (filter: SilentFilter) => {
    asked.push(filter);
    const start = stored.findIndex(({ outreachId }) => outreachId === filter.after?.outreachId) + 1;
    return Promise.resolve(stored.slice(start, start + filter.limit));
  };
  const follow = (some: readonly object[]) => Promise.resolve(void followed.push(...some));
  await settleSilent({ readModel: { silentOutreach }, follow, now });
  return { asked, followed };
}

it('has everything followed that nobody has said a last word of for three days', async () => {
  const { asked, followed } = await round([{ outreachId: 'o', tenantId: 't', acceptedAt }]);
  expect(asked).toEqual([{ before: '2026-05-17T12:00:00.000Z', since: '2026-04-17T12:00:00.000Z', limit: 500 }]);
  expect(followed).toEqual([{ outreachId: 'o', tenantId: 't' }]);
});
it('reaches what lies behind any number of others that stay open', async () => {
  const many = Array.from({ length: 1_200 }, (_, i) => ({ outreachId: `o${i}`, tenantId: 't', acceptedAt }));
  const { asked, followed } = await round(many);
  expect([asked.length, followed.length]).toEqual([3, 1_200]);
});
it('does nothing where there is nothing', async () => expect((await round([])).followed).toEqual([]));
