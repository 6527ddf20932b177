import { readFileSync } from 'node:fs';

/** Clock ticks a second, as Linux counts them for everybody. */
const TICKS = 100;

/** Seconds since a process began; undefined where the system does not tell. */
export function ageOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const begun = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const up = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    return Math.max(0, up - begun / TICKS);
  } catch {
    return undefined;
  }
}
