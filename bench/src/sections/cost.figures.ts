import { valueFigure, type Figure } from '../figures/report.js';
import { othersShare } from '../machine/machine.watch.js';
import { STORES, type StackUsage } from '../machine/stack.usage.js';

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const grown = (after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]);

/** CPU time of the stack between two moments, milliseconds; `node`: without Postgres and nats-server. */
export function cpuSpent(before: StackUsage, after: StackUsage): { all: number; node: number } {
  const spent = grown(after.cpuMs, before.cpuMs);
  return {
    all: sum(spent.map(([, ms]) => ms)),
    node: sum(spent.filter(([name]) => !STORES.has(name)).map(([, ms]) => ms)),
  };
}

/** CPU of a message, in all and by process, between two drained moments. */
export function cpuFigures(before: StackUsage, after: StackUsage, messages: number): Figure[] {
  const { node, all } = cpuSpent(before, after);
  const each = grown(after.cpuMs, before.cpuMs).toSorted((a, b) => b[1] - a[1]);
  const figure = (name: string, ms: number, aim?: number): Figure =>
    valueFigure(name, ms / messages, {
      unit: 'CPU-ms',
      to: 'cpu',
      ...(aim === undefined ? {} : { aim: { of: 'value', bound: aim } }),
    });
  return [
    figure('CPU a message, all Node processes', node, 7),
    figure('CPU a message, everything', all),
    ...each.map(([name, ms]) => figure(`CPU a message, ${name}`, ms)),
  ];
}

/** What a message leaves on disk. */
export function byteFigures(before: StackUsage, after: StackUsage, messages: number): Figure[] {
  const each = grown(after.bytes, before.bytes).filter(([, bytes]) => bytes > 0);
  return each.map(([name, bytes]) => valueFigure(`bytes a message, ${name}`, bytes / messages, { unit: 'bytes' }));
}

/** Noise between two moments; the generators (this process and its children) count as ours only in part: they are not in it. */
export const noise = (before: StackUsage, after: StackUsage, generators: number): number =>
  othersShare(before.machine, after.machine, cpuSpent(before, after).all + generators);
