import { counter } from '@homing/service-kit/telemetry';

export const engagements = counter({
  name: 'homing_engagement_total',
  help: 'Calls of our own open pixels and click links: stored on the bus, lost because it was away, or with a token that is not ours.',
  labels: { kind: ['open', 'click'], outcome: ['stored', 'lost', 'unknown_token'] },
});
