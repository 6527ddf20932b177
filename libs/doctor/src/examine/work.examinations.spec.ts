import { describe, expect, it } from '@jest/globals';
import type { ProgressView } from '@homing/read-model';
import { examineLeaders } from './leader.examination.js';
import { found, noteOf } from './looking.fixture.js';
import { examineProjection } from './projection.examination.js';
import { examineAccepted, examineSignals, examineWork } from './work.examination.js';

const at = '2026-05-01T10:00:00.000Z';
const row = (name: string, over: Partial<ProgressView> = {}): ProgressView => ({
  ...{
    name,
    position: 40n,
    head: 50n,
    caughtUpAt: at,
    movedAt: at,
    trouble: null,
    leader: 'projector-1',
    epoch: 1n,
    beatAt: at,
  },
  ...{ secondsBehind: 1, positionsBehind: 0n, silentSeconds: 1 },
  ...over,
});

describe('the projection', () => {
  const looked = (projection?: Partial<ProgressView>, publication?: Partial<ProgressView>) => {
    const rows = [row('read-model', projection), row('integration-events', publication)];
    return examineProjection({ progress: () => Promise.resolve(projection ? rows : []) }, 'read database');
  };

  it('that gets on', async () => {
    expect(await found(looked({}))).toEqual([]);
    expect(await noteOf(looked({}))).toBe('at position 40, projector-1 leads');
  });

  it.each<[string, Partial<ProgressView> | undefined, Partial<ProgressView>]>([
    ['PROJECTION_SILENT fail: it has never said anything', undefined, {}],
    [
      'PROJECTION_SILENT fail: last heard of projector-1 40 s ago, at position 40',
      { silentSeconds: 40, trouble: 'X' },
      {},
    ],
    ['PROJECTION_STOPPED fail: REVISION_GAP at position 40', { trouble: 'REVISION_GAP' }, {}],
    ['PROJECTION_STALLED fail: at position 40, the store ends at 50', { trouble: 'STALLED' }, {}],
    ['PROJECTION_BEHIND warn: 12 s, at position 40 of 50', { secondsBehind: 12 }, {}],
    ['PROJECTION_BEHIND warn: at position 40 of 50, never complete yet', { secondsBehind: null }, {}],
    ['PUBLICATION_HELD_UP warn: PUBLISH_REFUSED at position 40', {}, { trouble: 'PUBLISH_REFUSED' }],
    ['PUBLICATION_HELD_UP warn: 45 s behind, at position 40', {}, { secondsBehind: 45, positionsBehind: 3n }],
  ])('%s', async (line, projection, publication) =>
    expect(await found(looked(projection, publication))).toEqual([line]),
  );

  it('a publication that is only as late as the rows is not held up', async () => {
    const late = { secondsBehind: 45, positionsBehind: 3n };
    expect(await found(looked({ secondsBehind: 40 }, late))).toEqual([
      'PROJECTION_BEHIND warn: 40 s, at position 40 of 50',
    ]);
  });
});

describe('leaders', () => {
  const both = { projector: 'projector-1', scheduler: 'scheduler-1' };
  const looked = (...looks: Record<string, string>[]) =>
    examineLeaders(
      {
        holders: () => Promise.resolve(new Map(Object.entries((looks.length > 1 ? looks.shift() : looks[0]) ?? {}))),
        pause: () => Promise.resolve(),
      },
      'read database',
    );

  it('that are there are named', async () => {
    expect(await found(looked(both))).toEqual([]);
    expect(await noteOf(looked(both))).toBe('projector: projector-1, scheduler: scheduler-1');
  });
  it('LEADER_MISSING', async () =>
    expect(await found(looked({ projector: 'projector-1' }))).toEqual(['LEADER_MISSING fail: scheduler']));
  it('that change at this moment are not missing', async () => expect(await found(looked({}, both))).toEqual([]));
});

describe('open work', () => {
  const looked = (unknown: number, overdue: number, tooLong = 0) =>
    examineWork(
      {
        unknownOutcomes: () => Promise.resolve(unknown),
        unknownTooLong: () => Promise.resolve(tooLong),
        overdue: () => Promise.resolve(overdue),
      },
      'read database',
    );

  it('UNKNOWN_OUTCOMES and WORK_OVERDUE are counted', async () => {
    expect(await found(looked(0, 0))).toEqual([]);
    expect(await found(looked(3, 0))).toEqual(['UNKNOWN_OUTCOMES warn: 3']);
    expect(await found(looked(0, 9))).toEqual(['WORK_OVERDUE warn: 9']);
    expect(await found(looked(3, 0, 2))).toEqual(['UNKNOWN_OUTCOMES warn: 3', 'UNKNOWN_OUTCOMES_OVERDUE fail: 2']);
  });

  it('SIGNALS_UNMATCHED', async () => {
    expect(await found(examineSignals(() => Promise.resolve(0), 'vault'))).toEqual([]);
    expect(await found(examineSignals(() => Promise.resolve(7), 'vault'))).toEqual(['SIGNALS_UNMATCHED warn: 7']);
  });

  it('REQUESTS_UNDECIDED', async () => {
    expect(await found(examineAccepted(() => Promise.resolve(0), 'vault'))).toEqual([]);
    expect(await found(examineAccepted(() => Promise.resolve(4), 'vault'))).toEqual([
      'REQUESTS_UNDECIDED warn: 4 for more than five minutes',
    ]);
  });
});
