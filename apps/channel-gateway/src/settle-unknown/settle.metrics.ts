import { counter } from '@homing/service-kit/telemetry';

/** Attempts of unknown outcome by what trying to find out came to; `open` found out nothing. */
export const settlements = counter({
  name: 'homing_unknown_settlements_total',
  help: 'Tries to find out an unknown outcome, by what they came to and by way.',
  labels: { outcome: ['sent', 'not_sent', 'open', 'stood_down'], via: ['lookup', 'resend', 'none'] },
});
