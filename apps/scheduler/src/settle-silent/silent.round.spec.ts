import { expect, it } from '@jest/globals';
import type { SilentFilter, SilentOutreach } from '@homing/read-model';
import { settleSilent } from './silent.round.js';

const now = () => new Date('2026-05-20T12:00:00.000Z');

async function round(found: readonly SilentOutreach[]) {
  const asked: SilentFilter[] = [];
  const followed: SilentOutreach[] = [];
  const silentOutreach = (filter: SilentFilter) => Promise.resolve((asked.push(filter), [...found]));
  const follow = (some: readonly SilentOutreach[]) => Promise.resolve(void followed.push(...some));
  await settleSilent({ readModel: { silentOutreach }, follow, now });
  return { asked, followed };
}

it('has everything followed that nobody has said a last word of for three days', async () => {
  const silent = { outreachId: 'o', tenantId: 't' };
  const { asked, followed } = await round([silent]);
  expect(asked).toEqual([{ before: '2026-05-17T12:00:00.000Z', since: '2026-04-17T12:00:00.000Z', limit: 500 }]);
  expect(followed).toEqual([silent]);
});
it('does nothing where there is nothing', async () => expect((await round([])).followed).toEqual([]));
