import type { RowDifference, TableDifference } from '@homing/read-model';
import type { RebuildReport } from './read-model.rebuild.js';

/** Longest value that is shown whole. */
const SHOWN = 60;

/** The report of a rebuild for a person, and what to do next. */
export function reportLines(report: RebuildReport, schema: string): string[] {
  const { position, differences, liveAhead, replaced } = report;
  const found =
    liveAhead !== undefined
      ? [
          `rebuilt up to the end of the event store, position ${position}`,
          `the live rows stand at ${liveAhead}, beyond that end: the store was restored, there is nothing to compare`,
        ]
      : [
          `rebuilt and live rows compared at position ${position}: ${differences.length === 0 ? 'equal, row for row' : 'different'}`,
          ...differences.flatMap(differenceLines),
        ];
  return [
    ...found,
    ...nextLines(report, schema),
    ...(replaced ? [`when you have looked: drop schema ${replaced} cascade;`] : []),
  ];
}

function nextLines({ differences, liveAhead, replaced }: RebuildReport, schema: string): string[] {
  if (replaced) return [`the rebuilt rows are live; the former ones stand in ${replaced}`];
  const wrong = differences.length > 0 || liveAhead !== undefined;
  return [
    wrong
      ? `next: look at schema ${schema}; put it in place with rebuild --resume --swap`
      : `when you have looked: drop schema ${schema} cascade;`,
  ];
}

function differenceLines({ table, onlyLive, onlyRebuilt, first }: TableDifference): string[] {
  return [`  ${table}: ${onlyLive} rows only live, ${onlyRebuilt} only rebuilt; the first:`, ...first.map(rowLine)];
}

function rowLine({ key, side, columns }: RowDifference): string {
  const name = Object.entries(key).map(([column, value]) => `${column}=${value}`);
  const values = Object.entries(columns).map(
    ([column, [live, rebuilt]]) => `${column}: live ${shown(live)}, rebuilt ${shown(rebuilt)}`,
  );
  return `    ${name.join(' ')}: ${side === 'both' ? values.join('; ') : `only ${side}`}`;
}

const shown = (value: string | null): string =>
  value === null ? 'null' : value.length > SHOWN ? `${value.slice(0, SHOWN)}...` : value;
