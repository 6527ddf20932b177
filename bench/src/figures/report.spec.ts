import { describe, expect, it } from '@jest/globals';
import { reaches, spreadFigure, valueFigure, withRatios, type BenchReport, type Calibration } from './report.js';
import { reportLines, short, table } from './report.table.js';
import { spreadOf } from './percentiles.js';

const two = spreadOf([2]);
const calibration: Calibration = {
  fsync: two,
  insert: two,
  insertMany: two,
  publish: two,
  append: two,
  http: two,
  cpu: two,
  memory: two,
};
const section = (...figures: ReturnType<typeof valueFigure>[]) => ({ name: 'e2e', what: 'Some load.', figures });

describe('figures', () => {
  it('stand beside their ratio to a yardstick of the same run', () => {
    const latency = spreadFigure('latency', [9, 10, 11], { unit: 'ms', to: 'fsync' });
    const rate = valueFigure('rate', 100, { unit: '/s', to: 'append' });
    const { figures } = withRatios(section(latency, rate), calibration);
    expect(figures.map((figure) => figure.ratio?.value)).toEqual([5, 5]);
  });

  it('reach an aim from below, rates from above; without one there is nothing to reach', () => {
    const aim = { of: 'p99', bound: 50 } as const;
    expect(reaches(spreadFigure('a', [49], { unit: 'ms', aim }))).toBe(true);
    expect(reaches(spreadFigure('a', [51], { unit: 'ms', aim }))).toBe(false);
    expect(reaches(valueFigure('a', 151, { unit: '/s', aim: { of: 'value', bound: 150 } }))).toBe(true);
    expect(reaches(valueFigure('a', 149, { unit: '/s', aim: { of: 'value', bound: 150 } }))).toBe(false);
    expect(reaches(valueFigure('a', 1, { unit: '/s' }))).toBeUndefined();
  });
});

describe('the table', () => {
  it('names machine, durability, yardsticks, figures, aims and noise', () => {
    const report: BenchReport = {
      measuredAt: '2026-05-01T10:00:00.000Z',
      quick: true,
      machine: { processors: 2, model: 'm', memoryBytes: 2 ** 33, kernel: 'k', node: 'v24', commit: 'abc' },
      durability: { postgres: 'fsync on' },
      calibration,
      sections: [
        {
          ...withRatios(
            section(valueFigure('rate', 160, { unit: '/s', to: 'append', aim: { of: 'value', bound: 150 } })),
            calibration,
          ),
          othersShare: 0.25,
        },
      ],
    };
    const text = reportLines(report).join('\n');
    for (const part of ['2 processors', 'fsync on', '| append', '3.13 x append', '>= 150: yes', 'Others used 25 %'])
      expect(text).toContain(part);
  });

  it('lines its columns up', () => {
    const lines = table(
      ['what', 'value'],
      [
        ['a', '1'],
        ['a longer one', '22'],
      ],
    );
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('shortens numbers to what they mean', () =>
    expect([0, 0.01234, 1.234, 12.34, 1234.5, Number.NaN].map(short)).toEqual([
      '0.00',
      '0.012',
      '1.23',
      '12.3',
      '1235',
      '-',
    ]));
});
