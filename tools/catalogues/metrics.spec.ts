// The table of metrics in docs/telemetry.md is made from the code; the alert rules name metrics that exist.
import { readFileSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeMetrics, type MetricDescription } from '@homing/service-kit/telemetry';
import { parse } from 'yaml';

const page = 'docs/telemetry.md';
const [begin, end] = ['<!-- metrics: made by tools/catalogues/metrics.spec.ts -->', '<!-- end of metrics -->'];
let metrics: readonly MetricDescription[];

beforeAll(async () => {
  for await (const file of glob('{apps,libs}/*/src/**/*.metrics.ts')) {
    const module = (await import(pathToFileURL(resolve(file)).href)) as { startProcessMetrics?: () => void };
    module.startProcessMetrics?.();
  }
  metrics = describeMetrics().sort((a, b) => (a.name < b.name ? -1 : 1));
});

const row = ({ name, type, help, labels }: MetricDescription): string =>
  `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;

/** A table as it is read, whatever a formatter does to its columns. */
const cellsOf = (line: string): string => line.replace(/ *\| */g, '|').replace(/\\([_<>])/g, '$1');

describe('the table of metrics', () => {
  it('holds every metric and no other (UPDATE_METRICS=1 writes it; then run prettier)', () => {
    const text = readFileSync(page, 'utf8');
    const [before = '', rest = ''] = text.split(begin);
    const [table = '', after = ''] = rest.split(end);
    const rows = metrics.map(row);
    if (process.env['UPDATE_METRICS'] === '1') {
      const head = '| name | type | labels | what |\n| --- | --- | --- | --- |';
      writeFileSync(page, `${before}${begin}\n\n${head}\n${rows.join('\n')}\n\n${end}${after}`);
    } else {
      const found = table.split('\n').filter((line) => line.startsWith('| `'));
      expect(found.map(cellsOf)).toEqual(rows.map(cellsOf));
    }
    expect(rows.length).toBeGreaterThan(40);
  });

  it('holds names that say their unit', () => {
    for (const { name, type } of metrics) {
      if (type === 'counter') expect(name).toMatch(/_total$/);
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes|events|size)$/);
    }
  });
});

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { summary: string };
    }[];
  }[];
}

describe('the alert rules', () => {
  const { groups } = parse(readFileSync('deploy/observability/alerts.yml', 'utf8')) as Rules;
  const rules = groups.flatMap((group) => group.rules);

  it('ask for metrics that exist, by labels they have', () => {
    const known = new Map(metrics.map((metric) => [metric.name, metric]));
    const besides = new Set(['le', 'job', 'instance']);
    for (const { alert, expr } of rules) {
      const selectors = [...expr.matchAll(/\b((?:homing|http|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
      expect({ alert, selectors: selectors.length > 0 || expr.startsWith('up') }).toEqual({ alert, selectors: true });
      for (const [, series = '', labels = ''] of selectors) {
        const metric = known.get(series) ?? known.get(series.replace(/_(bucket|count|sum)$/, ''));
        expect({ alert, series, known: metric !== undefined }).toEqual({ alert, series, known: true });
        const named = [...labels.matchAll(/(\w+)(?:=~?|!=)/g)].map(([, label = '']) => label);
        expect(named.filter((label) => !besides.has(label) && !metric?.labels.includes(label))).toEqual([]);
      }
    }
  });

  it('stand in the docs, each with what to do', () => {
    const text = readFileSync(page, 'utf8');
    for (const { alert, annotations } of rules) {
      expect(text).toContain(`\`${alert}\``);
      expect(annotations.summary.length).toBeGreaterThan(10);
    }
  });
});
