import { batchMeters } from '@homing/service-kit/telemetry';

export const meterOf = batchMeters({ prefix: 'homing_mailbox', place: 'the append they share' });
