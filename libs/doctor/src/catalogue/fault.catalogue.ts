import { BUS_FAULTS } from './bus.faults.js';
import type { Fault } from './fault.js';
import { HOME_FAULTS } from './home.faults.js';
import { MACHINE_FAULTS } from './machine.faults.js';
import { STORE_FAULTS } from './store.faults.js';
import { WORK_FAULTS } from './work.faults.js';

/** Every fault the doctor knows, by area. docs/doctor.md is made from it. */
export const FAULT_AREAS = {
  Stores: STORE_FAULTS,
  Bus: BUS_FAULTS,
  Work: WORK_FAULTS,
  'Services and machine': MACHINE_FAULTS,
  'Local stack': HOME_FAULTS,
} as const satisfies Record<string, Record<string, Fault>>;

const CATALOGUE = { ...STORE_FAULTS, ...BUS_FAULTS, ...WORK_FAULTS, ...MACHINE_FAULTS, ...HOME_FAULTS } as const;

export type FaultCode = keyof typeof CATALOGUE;

export const faultOf = (code: FaultCode): Fault => CATALOGUE[code];
export const faultCodes = Object.keys(CATALOGUE) as FaultCode[];
