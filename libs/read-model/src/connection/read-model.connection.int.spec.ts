// Real: PostgreSQL, and a TCP wire to it that goes silent (a failover as the services see it).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultProxy } from '../../../event-store/src/official/fault-proxy.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { createTenantQueries } from '../queries/tenant.queries.js';
import type { ReadModelConnection } from './read-model.connection.js';

const tenantId = '0197a000-0000-7000-8000-000000000001';
let database: ReadDatabase;
let wire: FaultProxy;
let connection: ReadModelConnection;

beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());
beforeEach(async () => {
  const url = new URL(database.urlOf('api'));
  wire = await FaultProxy.start(Number(url.port));
  url.port = String(wire.port);
  connection = database.connect('api', { connectionString: url.href, max: 1, queryTimeoutMs: 500 });
  await connection.ping();
});
afterEach(() => wire.close());

describe('a read model whose server falls silent without a reset', () => {
  it('fails the ping in time and answers again on a new connection', async () => {
    wire.freeze();
    await expect(connection.ping()).rejects.toThrow('Query read timeout');
    wire.heal();
    await connection.ping();
    expect(wire.counts.connections).toBe(2);
  });

  it('fails a query of a tenant in time and answers the next one on a new connection', async () => {
    const queries = createTenantQueries(connection);
    wire.freeze();
    await expect(queries.listOutreach({ tenantId, limit: 1 })).rejects.toThrow('Query read timeout');
    wire.heal();
    expect(await queries.listOutreach({ tenantId, limit: 1 })).toEqual({ rows: [] });
    expect(wire.counts.connections).toBe(2);
  });
});
