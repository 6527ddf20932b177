import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second as /proc shows them; Linux fixes it for programs. */
const TICKS = 100;

/** Fields of /proc/<pid>/stat behind the program's name, which may hold anything, brackets and spaces included. */
export function readStat(text: string): { parent: number; cpuMs: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // 3 state, 4 ppid ... 14 utime, 15 stime, 16 cutime, 17 cstime, counted from 1 with the name as 2.
  const field = (n: number): number => Number(fields[n - 3]);
  return { parent: field(4), cpuMs: ((field(14) + field(15) + field(16) + field(17)) * 1_000) / TICKS };
}

/** `Pss:  1234 kB` and its like, in bytes; 0 when it is not there. */
export const readKilobytes = (text: string, name: string): number =>
  1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);

/**
 * User and system time of a process (Linux), milliseconds in steps of 10; children that have ended and were waited for are in it.
 * 0 when it is gone. (What it wrote is not told: since the kernel accounts for whole large folios, `write_bytes` is far too high.)
 */
export function cpuMsOf(pid: number): number {
  const stat = file(`/proc/${pid}/stat`);
  return stat === undefined ? 0 : readStat(stat).cpuMs;
}

/** Proportional set size: its own memory and its share of what it shares. Bytes. */
export const pssOf = (pid: number): number => readKilobytes(file(`/proc/${pid}/smaps_rollup`) ?? '', 'Pss');

/** The process and all that descend from it. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? file(`/proc/${name}/stat`) : undefined;
    if (stat === undefined) continue;
    const { parent } = readStat(stat);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function file(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
