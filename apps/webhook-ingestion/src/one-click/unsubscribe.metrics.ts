import { counter } from '@homing/service-kit/telemetry';

export const presses = counter({
  name: 'homing_one_click_total',
  help: 'Presses of unsubscribe links: stored, told to come again, behind a link that is not ours, or not the form of RFC 8058.',
  labels: { outcome: ['stored', 'not_stored', 'unknown_link', 'not_one_click'] },
});
