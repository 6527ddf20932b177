import type { ProviderSignal } from '@homing/contracts';
import { counter } from '@homing/service-kit/telemetry';
import { UnmatchedSignalError } from './unmatched.error.js';

const signals = counter({
  name: 'homing_signals_total',
  help: 'Facts from providers: recorded on their outreach, naming nothing of ours (foreign), matching nothing (unmatched), to be tried again.',
  labels: { provider: 'open', fact: 'open', outcome: ['recorded', 'foreign', 'unmatched', 'retried'] },
});

type Named = Pick<ProviderSignal, 'provider' | 'fact'>;

export const noteForeign = ({ provider, fact }: Named): void => signals.inc({ provider, fact, outcome: 'foreign' });

export function noteRecorded(batch: readonly Named[], results: readonly PromiseSettledResult<void>[]): void {
  batch.forEach(({ provider, fact }, i) => signals.inc({ provider, fact, outcome: outcomeOf(results[i]) }));
}

function outcomeOf(result: PromiseSettledResult<void> | undefined): 'recorded' | 'unmatched' | 'retried' {
  if (result?.status === 'fulfilled') return 'recorded';
  return result?.reason instanceof UnmatchedSignalError ? 'unmatched' : 'retried';
}
