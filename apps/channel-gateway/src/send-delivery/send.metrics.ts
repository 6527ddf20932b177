import { counter, histogram } from '@homing/service-kit/telemetry';

const claims = counter({
  name: 'homing_claims_total',
  help: 'Dispatches by what claiming them came to; who stood down sent nothing.',
  labels: { outcome: ['won', 'stood_down', 'skipped', 'expired'], reason: 'open' },
});

export const providerCalls = histogram({
  name: 'homing_provider_call_seconds',
  help: 'One call to a provider, from the request to its classified answer.',
  labels: { provider: 'open', channel: 'open', outcome: ['accepted', 'rejected', 'unknown'], class: 'open' },
});

/** What became of one dispatch: an answer of the provider means that the claim was won. */
export function noteOutcome(outcome: { readonly kind: string; readonly reason?: string }): void {
  const { kind, reason = 'none' } = outcome;
  const lost = kind === 'stood_down' || kind === 'skipped' || kind === 'expired';
  claims.inc({ outcome: lost ? kind : 'won', reason });
}
