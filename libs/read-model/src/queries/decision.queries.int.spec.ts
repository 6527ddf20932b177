// Over a real Postgres: decisions as they are read to be taken again, page by page, and no other tenant's.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import { at, emailStory, outreachIdOf, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { createDecisions } from '../migrations/0013-decisions.migration.js';
import type { DecisionsPage, TenantQueries } from './read-model.port.js';
import { createTenantQueries } from './tenant.queries.js';

let database: ReadDatabase;
let connection: ReadModelConnection;
let queries: TenantQueries;
const campaignKey = 'c1f2c8e0-6c0e-4b43-9d0c-000000000003';

beforeAll(async () => {
  database = await makeReadDatabase();
  connection = database.connect('system');
  queries = createTenantQueries(database.connect('api'));
  const store = new Store();
  const tell = (story: ReturnType<typeof emailStory>, ...events: { type: string; data: unknown }[]) =>
    store.append(story.stream, story.tenantId, ...events);
  const sent = emailStory({ n: 1, campaignKey });
  tell(sent, ...sent.intake, sent.started(), sent.accepted());
  const retried = emailStory({ n: 2, campaignKey });
  tell(
    retried,
    ...retried.intake,
    retried.started(),
    retried.rejected(),
    retried.retry(),
    retried.started(2),
    retried.accepted(2),
  );
  const given = emailStory({ n: 3, campaignKey });
  tell(given, ...given.intake, given.skipped('held_back'), given.settled('skipped'));
  const refused = emailStory({ n: 4 });
  tell(refused, refused.requested, refused.refused('dedup', 'same_content_recently'));
  const other = emailStory({ n: 5, tenant: 2 });
  tell(other, ...other.intake);
  // The request and its decision in different batches, too.
  await project(connection, store.events, 2);
});
afterAll(() => database.drop());

const read = (over: Partial<DecisionsPage> = {}) =>
  queries.decisions({ tenantId: tenantOf(1), from: at(0), to: at(1_000), limit: 100, ...over });

describe('recorded decisions', () => {
  it('are read with what became of them', async () => {
    const rows = await read();
    expect(rows.map(({ outreachId, sent, retries, givenBackAt }) => [outreachId, sent, retries, givenBackAt])).toEqual([
      [outreachIdOf(1), true, 0, null],
      [outreachIdOf(2), true, 1, null],
      [outreachIdOf(3), false, 0, at(300)],
      [outreachIdOf(4), false, 0, null],
    ]);
    expect(rows[0]?.record).toMatchObject({
      policyVersion: '1',
      decidedAt: at(1),
      request: { outreachId: outreachIdOf(1), campaignKey, contacts: [{ channel: 'email', ordinal: 0 }] },
      then: {
        kind: 'contacted',
        channel: 'email',
        at: at(1),
        until: at(301),
        cost: { micros: 1_000, currency: 'EUR' },
      },
    });
    expect(rows[3]?.record.then).toEqual({ kind: 'refused', step: 'dedup', reason: 'same_content_recently' });
    expect(JSON.stringify(rows)).not.toContain('@');
  });

  it('come page by page, each once, within the period', async () => {
    const first = await read({ limit: 3 });
    const last = first.at(-1)!;
    const second = await read({ limit: 3, after: last });
    expect([...first, ...second].map(({ outreachId }) => outreachId)).toEqual([1, 2, 3, 4].map(outreachIdOf));
    expect((await read({ from: at(2), to: at(4) })).map(({ outreachId }) => outreachId)).toEqual(
      [2, 3].map(outreachIdOf),
    );
    expect(await read({ from: at(500) })).toEqual([]);
  });

  it('are no other tenant’s', async () => {
    expect((await read({ tenantId: tenantOf(2) })).map(({ outreachId }) => outreachId)).toEqual([outreachIdOf(5)]);
    expect(await read({ tenantId: tenantOf(3) })).toEqual([]);
  });

  it('say what campaigns had spoken for, without what was given back', async () => {
    const filter = { tenantId: tenantOf(1), campaignKeys: [campaignKey] };
    expect(await queries.spokenFor({ ...filter, before: at(100) })).toEqual([{ campaignKey, micros: 2_000n }]);
    expect(await queries.spokenFor({ ...filter, before: at(2) })).toEqual([{ campaignKey, micros: 1_000n }]);
    expect(await queries.spokenFor({ ...filter, before: at(1) })).toEqual([]);
  });

  it('that stood before the table came are brought in as they would be projected', async () => {
    const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
    const owner = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await sql`set search_path = read_model`.execute(owner);
    await sql`alter table decisions rename to projected`.execute(owner);
    await sql`alter table projected no force row level security`.execute(owner);
    await sql`alter index decisions_by_time rename to projected_by_time`.execute(owner);
    await sql`alter index decisions_by_campaign rename to projected_by_campaign`.execute(owner);
    await sql`alter table projected rename constraint decisions_pkey to projected_pkey`.execute(owner);
    await createDecisions(owner);
    const columns = sql`outreach_id, tenant_id, campaign_key, decided_at, cost_micros, record::jsonb, updated_position`;
    const missing = await sql`(select ${columns} from projected except select ${columns} from decisions)
      union all (select ${columns} from decisions except select ${columns} from projected)`.execute(owner);
    const { rows: counted } = await sql<{ n: string }>`select count(*) as n from decisions`.execute(owner);
    await owner.destroy();
    expect(missing.rows).toEqual([]);
    expect(Number(counted[0]?.n)).toBe(5);
  });
});
