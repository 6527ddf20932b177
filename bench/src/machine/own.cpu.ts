import { cpuMsOf } from './process.usage.js';

/** CPU of the bench itself and of its load generators that have ended, milliseconds. */
export const ownCpuMs = (): number => cpuMsOf(process.pid);
