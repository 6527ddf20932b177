import { gauge } from '@homing/service-kit/telemetry';
import type { ProviderRates } from './provider.rates.js';
import type { ProviderTurns } from './provider.turns.js';

const waiting = gauge({
  name: 'homing_provider_turns_short_seconds',
  help: 'For how long messages have found no turn at a provider that has a rate, without a pause; 0: they find one.',
  labels: { provider: 'open' },
});

/** Shows, whenever it is asked, where the rate is what messages wait for. */
export function showTurns(turns: Pick<ProviderTurns, 'shortMs'>, rates: ProviderRates): void {
  for (const provider of rates.keys()) waiting.observe(() => turns.shortMs(provider) / 1_000, { provider });
}
