import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';

export interface MachineFacts {
  readonly processors: number;
  readonly model: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  /** The commit that was measured, `+` behind it when files were changed. */
  readonly commit: string;
}

export function machineFacts(): MachineFacts {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  let commit = 'unknown';
  try {
    commit = `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') ? '+' : ''}`;
  } catch {
    // no repository, no commit
  }
  return {
    processors: availableParallelism(),
    model: `${cpus()[0]?.model ?? 'unknown'} (${arch()})`,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    commit,
  };
}

export interface MachineTime {
  readonly busyMs: number;
  readonly totalMs: number;
}

/** All processors together, since the machine began. Time a hypervisor took away counts as busy. */
export function machineTime(): MachineTime {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = first
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) * 10);
  const busyMs = user + nice + system + irq + soft + steal;
  return { busyMs, totalMs: busyMs + idle + wait };
}

/** The share (0..1) of the machine that others used: what `ours` (CPU milliseconds) does not explain. The figure for noise. */
export function othersShare(before: MachineTime, after: MachineTime, ours: number): number {
  const total = after.totalMs - before.totalMs;
  return total <= 0 ? 0 : Math.max(0, (after.busyMs - before.busyMs - ours) / total);
}
