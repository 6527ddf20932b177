import { counter, gauge } from '@homing/service-kit/telemetry';

export const signalsParked = counter({
  name: 'homing_signals_parked_total',
  help: 'Signals of providers that matched nothing and were kept to be tried again.',
  labels: {
    provider: 'open',
    cause: ['unknown_message', 'unknown_outreach', 'unknown_attempt', 'other_tenant'],
  },
});

export const signalsMatchedLate = counter({
  name: 'homing_signals_matched_late_total',
  help: 'Parked signals that found what they are about.',
});

export const signalsLetGo = counter({
  name: 'homing_signals_let_go_total',
  help: 'Parked signals that never matched: their time was over, or newer ones took their place.',
  labels: { because: ['expired', 'displaced'] },
});

export const signalsWaiting = gauge({
  name: 'homing_unmatched_signals',
  help: 'Signals that are parked now, over the whole installation.',
});
