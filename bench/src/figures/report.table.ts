import type { Spread } from './percentiles.js';
import { reaches, type BenchReport, type Figure, type SectionReport } from './report.js';

/** The report for a person, line by line, as Markdown tables. */
export function reportLines(report: BenchReport): string[] {
  const { machine, durability } = report;
  return [
    `# Bench, ${report.measuredAt}${report.quick ? ' (quick: to see that it runs, not to quote)' : ''}`,
    '',
    `${machine.processors} processors, ${machine.model}, ${gigabytes(machine.memoryBytes)} GB, kernel ${machine.kernel}, node ${machine.node}, commit ${machine.commit}`,
    ...Object.entries(durability).map(([what, how]) => `- ${what}: ${how}`),
    '',
    '## Yardsticks of this run (ms)',
    '',
    ...table(
      ['what', 'p50', 'p90', 'p99', 'max'],
      Object.entries(report.calibration as unknown as Record<string, Spread>).map(([name, spread]) => [
        name,
        ...numbers(spread),
      ]),
    ),
    ...report.sections.flatMap((section) => ['', ...sectionLines(section)]),
  ];
}

export function sectionLines(section: SectionReport): string[] {
  const { name, what, figures, othersShare } = section;
  const noise =
    othersShare === undefined ? '' : ` Others used ${(othersShare * 100).toFixed(0)} % of the machine meanwhile.`;
  const [spreads, values] = [figures.filter((f) => f.spread), figures.filter((f) => !f.spread)];
  return [
    `## ${name}`,
    '',
    `${what}${noise}`,
    ...(spreads.length > 0
      ? ['', ...table(['what', 'unit', 'n', 'p50', 'p90', 'p99', 'max', 'p50 ratio', 'aim'], spreads.map(spreadRow))]
      : []),
    ...(values.length > 0 ? ['', ...table(['what', 'unit', 'value', 'ratio', 'aim'], values.map(valueRow))] : []),
  ];
}

const spreadRow = (figure: Figure): string[] => {
  const spread = figure.spread as Spread;
  return [figure.name, figure.unit, String(spread.count), ...numbers(spread), ratioText(figure), aimText(figure)];
};
const valueRow = (figure: Figure): string[] => [
  figure.name,
  figure.unit,
  short(figure.value ?? 0),
  ratioText(figure),
  aimText(figure),
];

const numbers = ({ p50, p90, p99, max }: Spread): string[] => [p50, p90, p99, max].map(short);
const ratioText = ({ ratio }: Figure): string => (ratio ? `${short(ratio.value)} x ${ratio.to}` : '');

function aimText(figure: Figure): string {
  const reached = reaches(figure);
  if (!figure.aim || reached === undefined) return '';
  const { of, bound } = figure.aim;
  const sign = figure.unit === '/s' ? '>=' : '<=';
  return `${of === 'value' ? '' : `${of} `}${sign} ${short(bound)}: ${reached ? 'yes' : 'no'}`;
}

/** Three figures that mean something; no exponent. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 100) return String(Math.round(value));
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 || size === 0 ? 2 : 3);
}

const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(0);

/** A Markdown table, columns padded so that it can be read as text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, 3, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)];
}
