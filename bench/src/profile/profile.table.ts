import { short, table } from '../figures/report.table.js';
import { sumBy, type FunctionCost } from './profile.cost.js';

/** What one process's profile said. */
export interface ProcessCosts {
  readonly service: string;
  readonly costs: readonly FunctionCost[];
}

const MOST_OWNERS = 24;
const MOST_FUNCTIONS = 40;

/** Where the CPU of a message goes, as tables; microseconds a message. */
export function profileLines(processes: readonly ProcessCosts[], messages: number): string[] {
  const each = (us: number): string => short(us / messages);
  const all = processes.flatMap(({ costs }) => costs);
  const whole = all.reduce((sum, { self }) => sum + self, 0);
  const share = (us: number): string => `${((100 * us) / whole).toFixed(1)} %`;
  const owners = sumBy(all, ({ owner }) => owner).toSorted((a, b) => b.self - a.self);
  const services = processes.map(({ service }) => service);
  const of = (service: string, owner: string): number =>
    processes
      .filter((process) => process.service === service)
      .flatMap(({ costs }) => costs)
      .filter((cost) => cost.owner === owner)
      .reduce((sum, { self }) => sum + self, 0);
  const spent = (service: string): number => owners.reduce((sum, { name }) => sum + of(service, name), 0);
  const functions = sumBy(all, ({ owner, name }) => `${owner}: ${name}`);
  const ours = sumBy(
    all.filter(({ owner }) => /^(apps|libs)\//.test(owner)),
    ({ owner, name }) => `${owner}: ${name}`,
  );
  return [
    `## Profile: ${each(whole)} us of CPU a message over ${messages} messages, all Node processes`,
    '',
    'Shares are of samples of the JavaScript threads; the whole of each process is what the kernel counted.',
    '',
    ...table(
      ['process', 'us', 'share'],
      services.map((name) => [name, each(spent(name)), share(spent(name))]),
    ),
    '',
    '### Own time by owner',
    '',
    ...table(
      ['owner', 'us', 'share', ...services],
      owners
        .slice(0, MOST_OWNERS)
        .map(({ name, self }) => [
          name,
          each(self),
          share(self),
          ...services.map((service) => each(of(service, name))),
        ]),
    ),
    '',
    '### Functions by own time',
    '',
    ...table(
      ['function', 'us', 'share'],
      top(functions, 'self', (us) => [each(us), share(us)]),
    ),
    '',
    '### Our functions by time with what they call',
    '',
    ...table(
      ['function', 'us', 'share'],
      top(ours, 'total', (us) => [each(us), share(us)]),
    ),
  ];
}

const top = (
  sums: readonly { name: string; self: number; total: number }[],
  by: 'self' | 'total',
  cells: (us: number) => string[],
): string[][] =>
  sums
    .toSorted((a, b) => b[by] - a[by])
    .slice(0, MOST_FUNCTIONS)
    .map((sum) => [sum.name, ...cells(sum[by])]);
