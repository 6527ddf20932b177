import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { until } from '../projector.fixture.js';
import { RebuildStage } from './rebuild.stage.fixture.js';

let stage: RebuildStage;
beforeEach(async () => void (stage = await RebuildStage.set()));
afterEach(() => stage.strike());

const later = '2027-01-01T00:00:00.000Z';
const wake = async (): Promise<{ deliveryId: string; wakes: number }> => {
  const [due] = await stage.queries.dueEntries({ now: later, limit: 1 });
  const mark = { now: later, nextWakeAt: '2027-01-01T00:01:00.000Z' };
  const [woken] = await stage.queries.markWoken({ entries: [due!], ...mark });
  return woken!;
};
const schemas = async (): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`select nspname as name from pg_namespace
    where nspname like 'read_model%' or nspname like 'again%' order by 1`.execute(stage.live.db);
  return rows.map((row) => row.name);
};

describe('a swap', () => {
  it('puts the rebuilt rows in place under a projector that goes on: no row and no publication is lost or doubled', async () => {
    stage.lead();
    for (let n = 0; n < 12; n += 1) await stage.life(n);
    await stage.waiting(100);
    await stage.allProjected();
    const woken = await wake();
    let busy = true;
    const writing = (async () => {
      for (let n = 200; busy && n < 1_000; n += 1) {
        await stage.life(n);
        await turn();
      }
    })();
    const report = await stage.rebuild('again', { swap: true });
    await stage.life(150);
    busy = false;
    await writing;
    expect(report).toMatchObject({ differences: [], replaced: expect.stringMatching(/^read_model_replaced_\d{14}$/) });
    expect(await schemas()).toEqual(['read_model', report.replaced]);
    await stage.allProjected();
    await stage.allPublished();
    expect(stage.bus.stored.map((message) => message.key).toSorted()).toEqual((await stage.positions()).toSorted());
    const [entry] = await stage.queries.markWoken({
      entries: [{ ...woken, kind: 'dispatch', attempt: 1 }],
      ...{ now: later, nextWakeAt: later },
    });
    expect(entry?.wakes).toBe(woken.wakes + 1);
    expect((await stage.rebuild('again')).differences).toEqual([]);
  });

  it('mends wrong rows', async () => {
    stage.lead();
    await stage.life(1);
    await stage.allProjected();
    await sql`update read_model.outreach set state = 'bounced'`.execute(stage.live.db);
    const { differences } = await stage.rebuild('again', { swap: true });
    expect(differences).toMatchObject([
      { table: 'outreach', first: [{ side: 'both', columns: { state: ['bounced', 'delivered'] } }] },
    ]);
    await stage.life(2);
    await stage.allProjected();
    const { rows } = await sql`select state from read_model.outreach`.execute(stage.live.db);
    expect(rows).toEqual([{ state: 'delivered' }, { state: 'delivered' }]);
  });

  it('keeps rights and tenants apart as they were', async () => {
    stage.lead();
    await stage.life(1);
    await stage.allProjected();
    await stage.rebuild('again', { swap: true });
    const api = stage.database.connect('api');
    await expect(sql`select 1 from read_model.outreach`.execute(api.db)).rejects.toThrow('homing.tenant is not set');
    await expect(sql`delete from read_model.timetable`.execute(api.db)).rejects.toThrow('permission denied');
    const owner = stage.database.connect('system', { connectionString: stage.database.ownerUrl });
    expect((await sql`select 1 from read_model.timetable`.execute(owner.db)).rows).toEqual([]);
  });

  it('that cannot have a table in time changes nothing, and can be asked for again', async () => {
    stage.lead();
    await stage.life(1);
    await stage.waiting(2);
    await stage.allProjected();
    const { promise: done, resolve: letGo } = Promise.withResolvers<void>();
    const holding = stage.live.db.transaction().execute(async (trx) => {
      await sql`select 1 from read_model.timetable`.execute(trx);
      await done;
    });
    await expect(stage.rebuild('again', { swap: true, lockTimeoutMs: 50 })).rejects.toMatchObject({ code: '55P03' });
    letGo();
    await holding;
    expect(await schemas()).toEqual(['again', 'read_model']);
    await stage.life(3);
    await stage.allProjected();
    const report = await stage.rebuild('again', { swap: true, existing: 'resume' });
    expect(report).toMatchObject({ differences: [], replaced: expect.any(String) });
  });

  it('after a restored store: the rows of what was lost go, and what comes is projected and published', async () => {
    stage.lead();
    await stage.life(1);
    const kept = await stage.store.headPosition();
    for (let n = 2; n < 6; n += 1) await stage.life(n);
    await stage.allProjected();
    await stage.allPublished();
    const lost = await stage.queries.currentPosition();
    await stage.stopLeading();
    await stage.store.dispose();
    stage.store = new InMemoryEventStore();
    await stage.life(1);
    expect(await stage.store.headPosition()).toBe(kept);
    stage.lead();
    await until(() => stage.board.status.projectionTrouble === 'EVENT_STORE_BEHIND', 'the projector to stand still');
    expect(await stage.rebuild('again')).toEqual({ position: kept, liveAhead: lost, differences: [] });
    await stage.rebuild('again', { swap: true, existing: 'resume' });
    const before = stage.bus.stored.length;
    await stage.life(7);
    await stage.allProjected();
    const publishedAgain = () => stage.bus.tried.length > before;
    await until(publishedAgain, 'what came to be published');
    const { rows } = await sql`select 1 from read_model.outreach`.execute(stage.live.db);
    expect(rows).toHaveLength(2);
  });
});
