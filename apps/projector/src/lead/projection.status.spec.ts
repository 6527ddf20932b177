import { describe, expect, it } from '@jest/globals';
import { projectionCheck, publicationCheck, STARTING, type ProjectionStatus } from './projection.status.js';

const leading: ProjectionStatus = { role: 'leading', position: 42n, caughtUp: true, recordedAt: 1_000 };

describe('readiness of the projector', () => {
  it.each<[string, ProjectionStatus, string | undefined]>([
    ['a leader that is live', leading, undefined],
    ['a process that has not begun', STARTING, 'starting'],
    ['a leader that has events to catch up on', { ...leading, caughtUp: false }, 'catching up at 42, 500 ms behind'],
    ['a leader that is stopped', { ...leading, projectionTrouble: 'REVISION_GAP' }, 'stopped at 42: REVISION_GAP'],
  ])('of %s', (_who, status, reason) => {
    expect(projectionCheck(status, 1_500)).toEqual(reason ? { status: 'down', reason } : { status: 'up' });
  });

  it('of a standby, which says that it is one', () => {
    expect(projectionCheck({ ...STARTING, role: 'standby' }, 1_500)).toEqual({ status: 'up', note: 'standby' });
  });

  it('names what holds up the publication', () => {
    expect(publicationCheck(leading)).toEqual({ status: 'up' });
    expect(publicationCheck({ ...leading, publicationTrouble: 'PUBLISH_UNKNOWN' })).toMatchObject({
      reason: 'PUBLISH_UNKNOWN',
    });
  });
});
