import { describe, expect, it } from '@jest/globals';
import { projectionCheck, publicationCheck, STARTING, type Lag, type ProjectionStatus } from './projection.status.js';

const leading: ProjectionStatus = { role: 'leading', position: 42n, caughtUp: true, live: true };
const lag = (more: Partial<Lag> = {}): Lag => ({
  ...{ head: 50n, secondsBehind: 3.4, positionsBehind: 8n, stalledForMs: 0, stalled: false, lookedAt: 0 },
  ...more,
});

describe('readiness of the projector', () => {
  it.each<[string, ProjectionStatus]>([
    ['a leader that is live', leading],
    ['a leader under load, a little behind', { ...leading, caughtUp: false, projection: lag() }],
  ])('of %s: ready, and it says where it stands', (_who, status) => {
    expect(projectionCheck(status, 1_000)).toEqual({ status: 'up', note: 'leading at 42' });
  });

  it.each<[string, ProjectionStatus, string]>([
    ['a process that has not begun', STARTING, 'starting'],
    [
      'a leader that has not caught up yet',
      { ...leading, live: false, caughtUp: false, projection: lag() },
      'catching up at 42, 3 s and 8 positions behind 50',
    ],
    [
      'a leader that never was complete',
      { ...leading, live: false, caughtUp: false, projection: lag({ secondsBehind: undefined }) },
      'catching up at 42, 8 positions behind 50',
    ],
    [
      'a leader that fell far behind',
      { ...leading, caughtUp: false, projection: lag({ secondsBehind: 11 }) },
      'catching up at 42, 11 s and 8 positions behind 50',
    ],
    ['a leader that is stopped', { ...leading, projectionTrouble: 'REVISION_GAP' }, 'stopped at 42: REVISION_GAP'],
    [
      'a leader that stands still for no reason it knows',
      { ...leading, projection: lag({ secondsBehind: 16, stalled: true }) },
      'stalled at 42: 16 s and 8 positions behind 50',
    ],
    [
      'a leader that could not look for long',
      { ...leading, projection: lag({ lookedAt: -20_000 }) },
      'leading at 42, cannot see the end of the store or tell of it',
    ],
  ])('of %s: not ready', (_who, status, reason) => {
    expect(projectionCheck(status, 1_000)).toEqual({ status: 'down', reason });
  });

  it('of a standby, which says that it is one', () => {
    expect(projectionCheck({ ...STARTING, role: 'standby' }, 0)).toEqual({ status: 'up', note: 'standby' });
  });

  it('names what holds up the publication', () => {
    expect(publicationCheck(leading)).toEqual({ status: 'up' });
    expect(publicationCheck({ ...leading, publicationTrouble: 'PUBLISH_UNKNOWN' })).toMatchObject({
      reason: 'PUBLISH_UNKNOWN',
    });
    expect(publicationCheck({ ...leading, publication: lag({ stalled: true }) })).toMatchObject({ status: 'down' });
    expect(publicationCheck({ ...STARTING, role: 'standby', publicationTrouble: 'X' })).toEqual({ status: 'up' });
  });
});
