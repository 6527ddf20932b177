import { describe, expect, it } from '@jest/globals';
import type { RestoreConfirmed } from '@homing/contracts';
import type { ProgressView } from '@homing/read-model';
import { LostDecisions, type LostParts } from './lost.decisions.js';

const restore: RestoreConfirmed = {
  ...{ generation: 1, head: '9', keptUntil: '2026-05-01T09:00:00.000Z', dueBefore: '2026-05-01T10:00:00.000Z' },
  ...{ confirmedAt: '2026-05-01T11:00:00.000Z', by: 'spec' },
};
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** 500 requests were decided, and of every third the restored store knows nothing. */
function stage() {
  const fed = new Set(Array.from({ length: 500 }, (_, n) => id(n)));
  const lost: string[] = [];
  const at = { caughtUpAt: '2026-05-01T11:00:05.000Z', trouble: null as string | null };
  const asked: (string | undefined)[] = [];
  let restored: RestoreConfirmed | undefined = restore;
  const parts: LostParts = {
    restore: () => restored,
    vault: {
      listFed: ({ afterId = '', limit, acceptedBefore }) => {
        expect(acceptedBefore).toBe(restore.dueBefore);
        asked.push(afterId);
        return Promise.resolve(
          [...fed]
            .filter((each) => each > afterId)
            .toSorted()
            .slice(0, limit),
        );
      },
      markLost: (ids) => {
        lost.push(...ids);
        for (const each of ids) fed.delete(each);
        return Promise.resolve(ids.length);
      },
    },
    readModel: {
      foldedStates: (ids) =>
        Promise.resolve(
          ids.filter((each) => Number(each.slice(-12)) % 3 !== 0).map((outreachId) => ({ outreachId }) as never),
        ),
      progress: () => Promise.resolve([{ name: 'read-model', ...at } as ProgressView]),
    },
  };
  const through = async (decisions: LostDecisions): Promise<number> => {
    let found = 0;
    for (let more = true; more;) {
      const round = await decisions.look();
      found += round.found;
      more = round.more;
    }
    return found;
  };
  return { parts, lost, asked, at, through, confirm: (next?: RestoreConfirmed) => (restored = next) };
}

describe('decisions that a restore lost', () => {
  it('are all found, page by page, and no others', async () => {
    const { parts, lost, through } = stage();
    expect(await through(new LostDecisions(parts))).toBe(167);
    expect(lost.every((each) => Number(each.slice(-12)) % 3 === 0)).toBe(true);
  });

  it('are looked for once', async () => {
    const { parts, asked, through } = stage();
    const decisions = new LostDecisions(parts);
    await through(decisions);
    const rounds = asked.length;
    expect(await decisions.look()).toEqual({ found: 0, more: false });
    expect(asked).toHaveLength(rounds);
  });

  it('are looked for again after another restore', async () => {
    const { parts, asked, through, confirm } = stage();
    const decisions = new LostDecisions(parts);
    await through(decisions);
    const rounds = asked.length;
    confirm({ ...restore, generation: 2 });
    await through(decisions);
    expect(asked.length).toBeGreaterThan(rounds);
  });

  it.each([
    ['no restore was confirmed', (s: ReturnType<typeof stage>) => void s.confirm()],
    [
      'the rows are still those of before',
      (s: ReturnType<typeof stage>) => void (s.at.caughtUpAt = '2026-05-01T10:59:00.000Z'),
    ],
    ['the projection stands still', (s: ReturnType<typeof stage>) => void (s.at.trouble = 'EVENT_STORE_BEHIND')],
  ])('are not looked for while %s', async (_when, set) => {
    const staged = stage();
    set(staged);
    expect(await new LostDecisions(staged.parts).look()).toEqual({ found: 0, more: false });
    expect(staged.asked).toEqual([]);
  });
});
