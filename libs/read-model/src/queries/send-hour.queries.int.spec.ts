// Over a real Postgres: in which hour of whose week messages started, and what they came to.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import { withTenant } from '../connection/tenant.transaction.js';
import { at, emailStory, Store, tenantOf, type Story } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { addSendHours } from '../migrations/0015-send-hours.migration.js';
import type { SystemQueries, TenantQueries } from './read-model.port.js';
import { createSystemQueries } from './system.queries.js';
import { createTenantQueries } from './tenant.queries.js';

let database: ReadDatabase;
let system: ReadModelConnection;
let queries: SystemQueries;
let tenants: TenantQueries;

beforeAll(async () => {
  database = await makeReadDatabase();
  system = database.connect('system');
  queries = createSystemQueries(system);
  tenants = createTenantQueries(database.connect('api'));
  const store = new Store();
  const tell = (of: Story, ...facts: ('delivered' | 'opened' | 'clicked')[]) => {
    const s = emailStory(of);
    const told = facts.map((fact, i) => s.fact(fact, 200 + i));
    store.append(s.stream, s.tenantId, ...s.intake, s.started(), s.accepted(), ...told);
  };
  // All start on Monday, 5 January 2026 at 09:01:41 UTC.
  tell({ n: 1, customerType: 'new', timeZone: 'Europe/Berlin' }, 'delivered', 'opened');
  tell({ n: 2, customerType: 'new', timeZone: 'Europe/Berlin', campaignKey: 'spring' }, 'delivered');
  tell({ n: 3, zoneFacts: { zone: 'Pacific/Kiritimati', zoneOf: 'tenant' } }, 'clicked');
  tell({ n: 4, zoneFacts: { zone: 'UTC', zoneOf: 'product' } });
  tell({ n: 5, timeZone: 'Asia/Kolkata', zoneFacts: { zone: 'Asia/Tokyo', zoneOf: 'campaign' } });
  tell({ n: 6, timeZone: 'Mars/Olympus' }, 'opened');
  tell({ n: 7, tenant: 2, timeZone: 'America/New_York' });
  const unsent = emailStory({ n: 8, timeZone: 'Europe/Berlin' });
  store.append(unsent.stream, unsent.tenantId, ...unsent.intake, unsent.started(), unsent.rejected());
  await project(system, store.events, 5);
});
afterAll(() => database.drop());

const [one, two] = [tenantOf(1), tenantOf(2)];
const sorted = (rows: readonly object[]) =>
  rows.map((row) => Object.values(row)).sort((a, b) => (String(a) < String(b) ? -1 : 1));
const between = { from: at(0), to: at(1_000) };
const ofOne = [
  [one, 'email', null, 14, 1, 0, 0],
  [one, 'email', null, 23, 1, 1, 1],
  [one, 'email', 'new', 10, 2, 2, 1],
];
const forDecisions = async (over: object = {}) =>
  sorted(
    await queries.sendHours({ tenantIds: [one], acceptedSince: at(0), sentBefore: at(1_000), limit: 100, ...over }),
  );

describe('the hours in which messages started', () => {
  it('are those of the person’s own clock, else of the zone the decision went by', async () => {
    expect(await forDecisions()).toEqual(ofOne);
    expect(await forDecisions({ tenantIds: [two] })).toEqual([[two, 'email', null, 4, 1, 0, 0]]);
    expect(await forDecisions({ tenantIds: [] })).toEqual([]);
    expect(await forDecisions({ sentBefore: at(101) })).toEqual([]);
    expect(await forDecisions({ limit: 1 })).toEqual([]);
  });

  it('are none where no zone is known to anybody: the report counts them apart', async () => {
    const rows = sorted(await tenants.sendHours({ tenantId: one, ...between }));
    expect(rows).toEqual(
      [[one, 'email', null, null, 2, 1, 1], ...ofOne].sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    );
  });

  it('are counted for a period, a channel and a campaign', async () => {
    const rows = (over: object) => tenants.sendHours({ tenantId: one, ...between, ...over });
    expect(sorted(await rows({ campaignKey: 'spring' }))).toEqual([[one, 'email', 'new', 10, 1, 1, 0]]);
    expect(await rows({ channel: 'sms' })).toEqual([]);
    expect(await rows({ from: at(102) })).toEqual([]);
    expect(await rows({ to: at(101) })).toEqual([]);
  });

  it('are an analyst’s own tenant’s alone, as a view', async () => {
    const analyst = database.connect('analyst');
    const shown = await withTenant(analyst.db, two, (trx) => trx.selectFrom('sendHours').selectAll().execute());
    expect(shown).toMatchObject([{ hourOfWeek: 4, timeZone: 'America/New_York', delivered: false, engaged: false }]);
    await expect(analyst.db.selectFrom('sendHours').selectAll().execute()).rejects.toThrow('homing.tenant is not set');
  });

  it('are given to rows that stood before the column came', async () => {
    const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
    const owner = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await sql`set search_path = read_model`.execute(owner);
    await sql`alter table outreach drop column time_zone cascade`.execute(owner);
    await addSendHours(owner);
    await sql.raw(`grant select on send_hours to ${database.roles.system}`).execute(owner);
    await owner.destroy();
    expect(await forDecisions()).toEqual(ofOne);
  });
});
