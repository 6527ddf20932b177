// Over a real Postgres: what counts as sent and engaged, for whom, and how far back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import { at, emailStory, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { addCustomerType } from '../migrations/0009-customer-type.migration.js';
import type { EngagementFilter, SystemQueries } from './read-model.port.js';
import { createSystemQueries } from './system.queries.js';

let database: ReadDatabase;
let connection: ReadModelConnection;
let queries: SystemQueries;

beforeAll(async () => {
  database = await makeReadDatabase();
  connection = database.connect('system');
  queries = createSystemQueries(connection);
  const store = new Store();
  const tell = (n: number, of: { tenant?: number; customerType?: string }, ...facts: ('opened' | 'clicked')[]) => {
    const s = emailStory({ n, ...of });
    const told = facts.map((fact, i) => s.fact(fact, 200 + i));
    store.append(s.stream, s.tenantId, ...s.intake, s.started(), s.accepted(), ...told);
  };
  tell(1, { customerType: 'new' }, 'opened', 'clicked');
  tell(2, { customerType: 'new' });
  tell(3, { customerType: 'existing' }, 'clicked');
  tell(4, {});
  tell(5, { tenant: 2, customerType: 'new' });
  const unsent = emailStory({ n: 6, customerType: 'new' });
  store.append(unsent.stream, unsent.tenantId, ...unsent.intake, unsent.started(), unsent.rejected());
  const refused = emailStory({ n: 7, customerType: 'new' });
  store.append(refused.stream, refused.tenantId, refused.requested, refused.refused('dedup', 'already_sent'));
  await project(connection, store.events, 7);
});
afterAll(() => database.drop());

const [one, two] = [tenantOf(1), tenantOf(2)];
const counted = async (over: Partial<EngagementFilter> = {}) => {
  const rows = await queries.engagement({
    ...{ tenantIds: [one], acceptedSince: at(0), sentBefore: at(10_000), limit: 100 },
    ...over,
  });
  return rows.map((row) => Object.values(row)).sort((a, b) => (String(a) < String(b) ? -1 : 1));
};
const ofOne = [
  [one, 'email', null, 1, 0],
  [one, 'email', 'existing', 1, 1],
  [one, 'email', 'new', 2, 1],
];

describe('what messages came to', () => {
  it('counts what a provider took, and whom it engaged once, by tenant and customer type', async () => {
    expect(await counted()).toEqual(ofOne);
    expect((await counted({ tenantIds: [one, two] })).map(([tenant]) => tenant).sort()).toEqual(
      [one, one, one, two].sort(),
    );
    expect(await counted({ tenantIds: [] })).toEqual([]);
  });

  it('leaves out what is too old, too young, or beyond the newest', async () => {
    expect(await counted({ acceptedSince: at(4) })).toEqual([[one, 'email', null, 1, 0]]);
    expect(await counted({ sentBefore: at(101) })).toEqual([]);
    expect(await counted({ limit: 3 })).toEqual([[one, 'email', null, 1, 0]]);
  });

  it('gives rows that stood before their customer type, when the column comes', async () => {
    const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
    const owner = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await sql`set search_path = read_model`.execute(owner);
    await sql`alter table outreach drop column customer_type cascade`.execute(owner);
    await addCustomerType(owner);
    await owner.destroy();
    expect(await counted()).toEqual(ofOne);
  });
});
