import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { NotOursError, ProjectionFencedError } from '@homing/read-model';
import { append } from '../projector.fixture.js';
import { RebuildExistsError } from './read-model.rebuild.js';
import { RebuildStage } from './rebuild.stage.fixture.js';
import { WalkAbortedError } from '../operate/aborted.error.js';

let stage: RebuildStage;
beforeAll(async () => {
  stage = await RebuildStage.set();
  const { store, queries } = stage;
  stage.lead();
  for (let n = 0; n < 30; n += 1) {
    await append(store, n, (s) => s.intake);
    if (n % 3 === 0) await append(store, n, (s) => [s.started(), s.accepted()]);
    if (n % 6 === 0) await append(store, n, (s) => [s.fact('delivered', 110), s.settled('delivered')]);
    if (n % 5 === 1) await append(store, n, (s) => [s.skipped('suppressed'), s.settled('skipped')]);
  }
  await stage.batch();
  await stage.allProjected();
  const [due] = await queries.dueEntries({ now: '2027-01-01T00:00:00.000Z', limit: 1 });
  const mark = { now: '2027-01-01T00:00:00.000Z', nextWakeAt: '2027-01-01T00:01:00.000Z' };
  expect(await queries.markWoken({ entries: [due!], ...mark })).toHaveLength(1);
});
afterAll(() => stage.strike());

describe('rebuildInto', () => {
  it('comes out equal to the live rows, row for row, and tells how it gets on', async () => {
    const paces: number[] = [];
    const report = await stage.rebuild('rebuilt_quiet', { onPace: ({ percent }) => paces.push(percent) });
    expect(report).toEqual({ position: await stage.store.headPosition(), differences: [] });
    const rows = await sql`select 1 from rebuilt_quiet.outreach`.execute(stage.live.db);
    expect(rows.rows).toHaveLength(30);
    const places = await sql`select 1 from rebuilt_quiet.batch_items join rebuilt_quiet.batches using (batch_id)
      where accepted = 3 and expanded_at is not null`.execute(stage.live.db);
    expect(places.rows).toHaveLength(3);
    expect(paces.at(-1)).toBe(100);
  });

  it('comes out equal while the live projector goes on', async () => {
    let busy = true;
    const writing = (async () => {
      for (let n = 100; busy && n < 1_000; n += 1) {
        await append(stage.store, n, (s) => [...s.intake, s.started(), s.accepted()]);
        await turn();
      }
    })();
    const report = await stage.rebuild('rebuilt_busy');
    busy = false;
    await writing;
    expect(report.differences).toEqual([]);
    expect(report.position).toBeGreaterThan(0n);
    await stage.allProjected();
  });

  it('interrupted, keeps what is in, and goes on from there when it is told to', async () => {
    const stop = new AbortController();
    const interrupted = stage.rebuild('rebuilt_in_two', { signal: stop.signal, onPace: () => stop.abort() });
    await expect(interrupted).rejects.toThrow(WalkAbortedError);
    await expect(stage.rebuild('rebuilt_in_two')).rejects.toThrow(RebuildExistsError);
    const events: number[] = [];
    const onPace = ({ events: count }: { events: number }) => events.push(count);
    const report = await stage.rebuild('rebuilt_in_two', { existing: 'resume', onPace });
    expect(report).toEqual({ position: await stage.store.headPosition(), differences: [] });
    expect(events.at(-1) ?? 0).toBeLessThan((await stage.positions()).length);
  });

  it('begins anew when it is told to, and drops nothing that no rebuild made', async () => {
    await stage.rebuild('rebuilt_twice');
    await sql`update rebuilt_twice.outreach set state = 'bounced'`.execute(stage.live.db);
    expect((await stage.rebuild('rebuilt_twice', { existing: 'resume' })).differences).not.toEqual([]);
    expect((await stage.rebuild('rebuilt_twice', { existing: 'anew' })).differences).toEqual([]);
    const owner = stage.database.connect('system', { connectionString: stage.database.ownerUrl });
    await sql`create schema somebody_elses`.execute(owner.db);
    for (const schema of ['somebody_elses', 'read_model'])
      await expect(stage.rebuild(schema, { existing: 'anew' })).rejects.toThrow(NotOursError);
  });

  it('of which two write the same schema ends for the one that came first', async () => {
    let second: Promise<unknown> | undefined;
    const first = stage.rebuild('rebuilt_by_two', {
      onPace: () => void (second ??= stage.rebuild('rebuilt_by_two', { existing: 'resume' })),
    });
    const ends = await Promise.allSettled([
      first,
      first.then(
        () => second,
        () => second,
      ),
    ]);
    const failed = ends.filter((end) => end.status === 'rejected');
    for (const { reason } of failed) expect(reason).toBeInstanceOf(ProjectionFencedError);
    expect(await second).toMatchObject({ differences: [] });
  });

  it.each([
    ['outreach', "update read_model.outreach set state = 'sent' where revision = 2", ['state', 'sent']],
    [
      'timetable',
      "update read_model.timetable set due_at = '2026-02-01T00:00:00Z' where kind = 'dispatch'",
      ['due_at', '2026-02-01T00:00:00+00:00'],
    ],
  ])('names a table of which one live row is wrong, and the row: %s', async (table, statement, [column, value]) => {
    const oneRow = statement.replace(
      ' where ',
      ` where outreach_id = (select outreach_id from read_model.timetable where kind = 'dispatch' order by outreach_id limit 1) and `,
    );
    await sql.raw(oneRow).execute(stage.live.db);
    const { differences } = await stage.rebuild(`rebuilt_after_${table}`);
    const found = differences.find((difference) => difference.table === table);
    expect(found).toMatchObject({ onlyLive: 1, onlyRebuilt: 1, first: [{ side: 'both' }] });
    expect(found?.first[0]?.columns).toEqual({ [String(column)]: [value, expect.any(String)] });
    expect(Object.keys(found?.first[0]?.key ?? {})).toContain(table === 'outreach' ? 'outreach_id' : 'delivery_id');
  });

  it('names a row that stands on one side only', async () => {
    const [first] = (
      await sql<{ outreachId: string }>`select outreach_id from read_model.timetable limit 1`.execute(stage.live.db)
    ).rows;
    await sql`delete from read_model.timetable where outreach_id = ${first!.outreachId}::uuid`.execute(stage.live.db);
    const { differences } = await stage.rebuild('rebuilt_after_loss');
    const timetable = differences.find(({ table }) => table === 'timetable');
    expect(timetable?.first).toContainEqual({
      side: 'rebuilt',
      key: { delivery_id: `${first!.outreachId}.1`, kind: 'dispatch' },
      columns: {},
    });
  });
});
