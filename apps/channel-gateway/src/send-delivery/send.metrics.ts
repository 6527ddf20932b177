import { counter, histogram } from '@homing/service-kit/telemetry';

const claims = counter({
  name: 'homing_claims_total',
  help: 'Dispatches by what claiming them came to; who stood down sent nothing.',
  labels: { outcome: ['won', 'stood_down', 'skipped', 'resting', 'withheld', 'expired'], reason: 'open' },
});

export const providerCalls = histogram({
  name: 'homing_provider_call_seconds',
  help: 'One call to a provider, from the request to its classified answer.',
  labels: {
    provider: 'open',
    channel: 'open',
    outcome: ['accepted', 'rejected', 'unknown', 'assisted'],
    class: 'open',
  },
});

/** What became of one dispatch: an answer of the provider means that the claim was won. */
export function noteOutcome(outcome: { readonly kind: string; readonly reason?: string }): void {
  const { kind, reason = 'none' } = outcome;
  claims.inc({ outcome: isNoAnswer(kind) ? kind : 'won', reason });
}

const NO_ANSWER = ['stood_down', 'skipped', 'resting', 'withheld', 'expired'] as const;
const isNoAnswer = (kind: string): kind is (typeof NO_ANSWER)[number] =>
  (NO_ANSWER as readonly string[]).includes(kind);
