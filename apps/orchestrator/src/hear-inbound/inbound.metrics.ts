import { gauge } from '@homing/service-kit/telemetry';

export const inboundParked = gauge({
  name: 'homing_parked_inbound',
  help: 'Messages and receipts of people that wait for the projection, over the whole installation.',
});
