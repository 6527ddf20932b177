import { batchMeters } from '@homing/service-kit/telemetry';

export const meterOf = batchMeters({ prefix: 'homing_collector', place: 'their micro-batch' });
