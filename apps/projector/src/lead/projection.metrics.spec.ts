import { describe, expect, it } from '@jest/globals';
import { readMetric } from '@homing/service-kit/telemetry';
import { lagSeconds, measureProjection } from './projection.metrics.js';
import type { Lag, ProjectionStatus } from './projection.status.js';

const lag = (over: Partial<Lag> = {}): Lag => ({
  ...{ head: 100n, secondsBehind: 0, positionsBehind: 30n, stalledForMs: 0, stalled: false, lookedAt: 10_000 },
  ...over,
});

describe('the lag', () => {
  it('is 0 when all was in at the last look', () => expect(lagSeconds(lag(), 12_000)).toBe(0));
  it('is the time since all was in', () => expect(lagSeconds(lag({ secondsBehind: 2.5 }), 12_000)).toBe(2.5));
  it('grows while nobody can look', () => expect(lagSeconds(lag({ secondsBehind: 2 }), 70_000)).toBe(62));
  it('is not known before all was in once', () =>
    expect([lagSeconds(lag({ secondsBehind: undefined }), 10_000), lagSeconds(undefined, 0)]).toEqual([
      undefined,
      undefined,
    ]));
});

it('a leader shows where it stands, a standby only that it stands by', async () => {
  let status: ProjectionStatus = {
    ...{ role: 'leading', position: 70n, caughtUp: true, live: true },
    projection: lag({ stalled: true }),
  };
  measureProjection({ status: () => status, now: () => 10_000 });
  expect(await readMetric('homing_projection_behind_positions')).toBe(30);
  expect(await readMetric('homing_projection_stalled', { reader: 'rows' })).toBe(1);
  expect(await readMetric('homing_projection_stalled', { reader: 'publication' })).toBe(0);
  expect(await readMetric('homing_projector_leading')).toBe(1);
  status = { ...status, role: 'standby' };
  expect(await readMetric('homing_projection_behind_positions')).toBeUndefined();
  expect(await readMetric('homing_projector_leading')).toBe(0);
});
