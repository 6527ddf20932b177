import { counter } from '@homing/service-kit/telemetry';

/** Entries of the timetable this process woke: dispatches sent, leases ended as unknown, reactions nobody else did, unknown outcomes. */
export const wakes = counter({
  name: 'homing_wakes_total',
  help: 'Entries of the timetable that were woken: what is due, leases that have passed, reactions nobody did, unknown outcomes.',
  labels: { kind: ['dispatch', 'lease', 'reaction', 'lookup', 'assume', 'fallback'] },
});
