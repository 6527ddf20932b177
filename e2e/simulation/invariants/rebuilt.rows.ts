import { projectBatch, type StoredEvent } from '@homing/read-model';
import { ReadTables } from '../world/read.tables.js';
import type { SimStore } from '../world/sim.store.js';

/** The scheduler's own marks are not made from events. */
const MARKS = new Set(['wakeAt', 'wakes', 'lastWakeAt']);
const TABLES = ['outreach', 'deliveries', 'attempts', 'timeline', 'folded', 'timetable', 'suppressions'] as const;

/** Every way in which the live rows differ from rows projected from the whole log at once. */
export function differencesToRebuild(live: ReadTables, store: SimStore): string[] {
  const rebuilt = new ReadTables();
  const events = store.inner.readAllNow() as readonly StoredEvent[];
  rebuilt.apply(projectBatch(events, new Map()));
  return TABLES.flatMap((table) => {
    const [mine, theirs] = [textsOf(live[table]), textsOf(rebuilt[table])];
    const keys = new Set([...mine.keys(), ...theirs.keys()]);
    return [...keys].flatMap((key) =>
      mine.get(key) === theirs.get(key)
        ? []
        : [`${table} ${key}: ${mine.get(key) ?? 'absent'} instead of ${theirs.get(key) ?? 'absent'}`],
    );
  });
}

function textsOf(table: ReadonlyMap<string, object>): Map<string, string> {
  const text = (row: object): string =>
    JSON.stringify(row, (name, value: unknown) =>
      MARKS.has(name) ? undefined : typeof value === 'bigint' ? `${value}n` : value,
    );
  return new Map([...table].map(([key, row]) => [key, text(row)]));
}
