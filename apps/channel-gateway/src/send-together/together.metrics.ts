import { histogram } from '@homing/service-kit/telemetry';

export const travellers = histogram({
  name: 'homing_shared_call_size',
  help: 'Messages in one call to a provider that takes many at once.',
  labels: { provider: 'open', channel: 'open' },
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000],
});
