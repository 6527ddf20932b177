// Against a real Postgres: the rows do not depend on where batches of events were cut, and counts go with what became of the outreach.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { batchStream, type BatchEvent } from '@homing/contracts';
import { sql } from 'kysely';
import { at, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { migrateReadModel } from '../migrations/migrate.runner.js';
import { createBatchQueries } from '../queries/send-batch.queries.js';
import type { ReadModelConnection } from '../connection/read-model.connection.js';

let database: ReadDatabase;
let schemas = 0;
beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());

const idOf = (n: number): string => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
const tenantId = tenantOf(1);

/** A batch that is handed over, and one that is cancelled after its first chunk. */
function history(): Store {
  const store = new Store();
  const say = (n: number, ...events: BatchEvent[]): void =>
    events.forEach((event) => store.append(batchStream(idOf(n)), tenantId, event));
  const accepted = (n: number): BatchEvent => ({
    type: 'BatchAccepted',
    data: {
      ...{ batchId: idOf(n), tenantId, items: 5, accepted: 4, refused: 1, chunkSize: 2, chunks: 3 },
      ...{ receivedAt: at(n), acceptedAt: at(n + 1) },
    },
  });
  const chunk = (n: number, of: number): BatchEvent => ({
    type: 'BatchChunkExpanded',
    data: {
      ...{ batchId: idOf(n), chunk: of, at: at(10 + of) },
      items: [0, 1].map((place) => ({ index: 2 * of + place, outreachId: idOf(100 * n + 2 * of + place) })),
    },
  });
  say(1, accepted(1));
  say(2, accepted(2), chunk(2, 0));
  say(1, chunk(1, 0), chunk(1, 1), { type: 'BatchExpanded', data: { batchId: idOf(1), items: 4, at: at(20) } });
  say(2, { type: 'BatchCancellationRequested', data: { batchId: idOf(2), by: 'key:a', at: at(21) } });
  const late = [{ index: 2, outreachId: idOf(202) }];
  say(2, { type: 'BatchChunkCancelled', data: { batchId: idOf(2), chunk: 1, withheld: 1, items: late, at: at(22) } });
  say(2, { type: 'BatchCancelled', data: { batchId: idOf(2), withheld: 1, items: 3, at: at(23) } });
  return store;
}

async function projected(batchSize: number): Promise<ReadModelConnection> {
  const schema = `batches_${(schemas += 1)}`;
  await migrateReadModel(database.ownerUrl, { roles: database.roles, schema });
  const connection = database.connect('system', { schema });
  await project(connection, history().events, batchSize);
  return connection;
}

const rowsOf = async ({ db }: ReadModelConnection) => ({
  batches: await db.selectFrom('batches').selectAll().orderBy('batchId').execute(),
  items: await db.selectFrom('batchItems').selectAll().orderBy('batchId').orderBy('itemIndex').execute(),
});

describe('what is said of batches', () => {
  it('is the same rows whatever the size of the batches of events', async () => {
    const rows = await rowsOf(await projected(1_000));
    expect(await rowsOf(await projected(1))).toEqual(rows);
    expect(await rowsOf(await projected(3))).toEqual(rows);
    expect(rows.batches).toMatchObject([
      { batchId: idOf(1), accepted: 4, expandedAt: at(20), cancelledAt: null, withheld: null },
      { batchId: idOf(2), accepted: 4, expandedAt: null, cancelRequestedAt: at(21), cancelledAt: at(23), withheld: 1 },
    ]);
    expect(rows.items.map(({ itemIndex, outreachId }) => [itemIndex, outreachId])).toEqual([
      ...[0, 1, 2, 3].map((place) => [place, idOf(100 + place)]),
      ...[0, 1, 2].map((place) => [place, idOf(200 + place)]),
    ]);
  });

  it('counts what became of the outreach, of the tenant alone', async () => {
    const system = await projected(1_000);
    const states = ['delivered', 'refused', 'scheduled'];
    for (const [n, state] of states.entries()) {
      await sql`insert into ${sql.id(`batches_${schemas}`, 'outreach')} (outreach_id, tenant_id, person_id, message_type, urgency, strategy, via, state,
          accepted_at, expires_at, decided_at, delivered_at, refusal_step, refusal_reason, revision, updated_position)
        values (${idOf(100 + n)}, ${tenantId}, ${idOf(9)}, 'outreach', 'normal', 'single', 'api', ${state}, ${at(1)}, ${at(50)},
          ${at(2)}, ${state === 'delivered' ? at(3) : null}, ${state === 'refused' ? 'frequency_cap' : null},
          ${state === 'refused' ? 'cap_day' : null}, 0, 0)`.execute(system.db);
    }
    const schema = `batches_${schemas}`;
    const queries = createBatchQueries(database.connect('api', { schema }));
    expect(await queries.counts(tenantId, idOf(1))).toMatchObject({
      ...{ audience: 3, sent: 1, refused: 1, pending: 1, decided: 3, delivered: 1 },
      reasons: [{ step: 'frequency_cap', reason: 'cap_day', count: 1 }],
    });
    expect(await queries.items(tenantId, idOf(1), { indexes: [1, 3] })).toMatchObject([
      { itemIndex: 1, state: 'refused', refusalReason: 'cap_day' },
    ]);
    expect(await queries.items(tenantId, idOf(1), { state: 'scheduled', after: 1, limit: 5 })).toMatchObject([
      { itemIndex: 2 },
    ]);
    expect(await queries.items(tenantId, idOf(1), { state: 'scheduled', after: 2, limit: 5 })).toEqual([]);
    expect(await queries.counts(tenantOf(2), idOf(1))).toMatchObject({ audience: 0 });
    expect(await queries.items(tenantOf(2), idOf(1), { indexes: [0, 1] })).toEqual([]);
  });
});
