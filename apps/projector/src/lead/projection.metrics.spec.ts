import { describe, expect, it } from '@jest/globals';
import { readMetric } from '@homing/service-kit/telemetry';
import { lagSeconds, measureProjection, publicationLagSeconds } from './projection.metrics.js';
import type { ProjectionStatus } from './projection.status.js';

const at = (over: Partial<ProjectionStatus>): ProjectionStatus => ({
  role: 'leading',
  position: 100n,
  caughtUp: true,
  recordedAt: 10_000,
  ...over,
});

describe('the lag of the projection', () => {
  it('is 0 when all is in, however long nothing happened', () => expect(lagSeconds(at({}), 900_000)).toBe(0));
  it('is the age of the last event while others wait', () =>
    expect(lagSeconds(at({ caughtUp: false }), 12_500)).toBe(2.5));
  it('grows while something stops the projection that was live before', () =>
    expect(lagSeconds(at({ projectionTrouble: 'ECONNREFUSED' }), 70_000)).toBe(60));
  it('is not known before the first event', () =>
    expect(lagSeconds({ role: 'leading', position: 0n, caughtUp: false }, 70_000)).toBeUndefined());
});

describe('the lag of the publication', () => {
  it('is 0 while everything is out', () => expect(publicationLagSeconds(at({ completeAt: 10_000 }), 11_000)).toBe(0));
  it('is the time since everything was out', () =>
    expect(publicationLagSeconds(at({ completeAt: 10_000 }), 15_000)).toBe(5));
});

it('a leader shows where it stands, a standby only that it stands by', async () => {
  let status = at({ position: 70n });
  measureProjection({ status: () => status, store: { headPosition: () => Promise.resolve(100n) }, now: () => 10_000 });
  expect(await readMetric('homing_projection_behind_positions')).toBe(30);
  expect(await readMetric('homing_projector_leading')).toBe(1);
  status = at({ role: 'standby' });
  expect(await readMetric('homing_projection_behind_positions')).toBeUndefined();
  expect(await readMetric('homing_projector_leading')).toBe(0);
});
