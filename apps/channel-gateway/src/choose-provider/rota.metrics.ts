import type { Channel } from '@homing/contracts';
import { MEASURING_SHARE, type ProviderStanding } from '@homing/domain';
import { counter, gauge } from '@homing/service-kit/telemetry';

const share = gauge({
  name: 'homing_provider_share',
  help: 'How much of what is meant for a provider it is given by this process: 1 all, 0 nothing, it is stopped.',
  labels: { provider: 'open', channel: 'open' },
});

const stops = counter({
  name: 'homing_provider_stops_total',
  help: 'Times a provider was stopped or demoted by this process, by cause; auth: it refuses our key, an operator’s matter.',
  labels: { provider: 'open', channel: 'open', cause: ['errors', 'auth', 'slow'] },
});

export interface NotedStanding {
  readonly channel: Channel;
  readonly provider: string;
  readonly standing: ProviderStanding;
}

export function noteStanding({ channel, provider, standing }: NotedStanding): void {
  share.set(shareOf(standing), { provider, channel });
  if (standing.kind === 'slow') stops.inc({ provider, channel, cause: 'slow' });
  // Still stopped after a trial is no stop more.
  if (standing.kind === 'stopped' && standing.trialAt === undefined)
    stops.inc({ provider, channel, cause: standing.cause });
}

function shareOf(standing: ProviderStanding): number {
  switch (standing.kind) {
    case 'healthy':
      return 1;
    case 'slow':
      return MEASURING_SHARE;
    case 'returning':
      return standing.share;
    case 'stopped':
      return 0;
  }
}
