// Over real stores: not a row of either database, and nothing on the bus, is another after a simulation.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { outreachStream } from '@homing/contracts';
import { project } from '../../../../libs/read-model/src/fixtures/project.fixture.js';
import { Store } from '../../../../libs/read-model/src/fixtures/outreach-story.fixture.js';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { decisionEvents, FROM, TO } from './past.fixture.js';

let stack: ApiStack;
let tenant: TestTenant;

beforeAll(async () => {
  stack = await startApiStack();
  tenant = await stack.newTenant();
  const store = new Store();
  for (let n = 0; n < 6; n += 1) {
    const events = decisionEvents({ n, tenantId: tenant.tenantId });
    const [requested] = events;
    if (requested?.type !== 'OutreachRequested') throw new Error('not requested');
    store.append(outreachStream(requested.data.outreachId), tenant.tenantId, ...events);
  }
  await project(stack.read.connect('system'), store.events);
});
afterAll(() => stack.stop());

const simulate = async (body: unknown, key = tenant.key) => {
  const answer = await fetch(`${stack.service.url}/api/v1/policies/simulate`, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

/** Every table of a database, each with a digest of all its rows. */
async function digests(ownerUrl: string): Promise<Record<string, string>> {
  // Past every policy: as the superuser.
  const url = new URL(process.env['HOMING_TEST_POSTGRES_URL'] ?? '');
  url.pathname = new URL(ownerUrl).pathname;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const found: Record<string, string> = {};
    for (const { name } of rows) {
      const { rows: digest } = await client.query<{ d: string }>(
        `select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') || ' ' || count(*) as d from ${name} as t`,
      );
      found[name] = digest[0]?.d ?? '';
    }
    return found;
  } finally {
    await client.end();
  }
}

async function everything() {
  const { manager } = await stack.orchestrator.bus.api();
  const streams: string[] = [];
  for await (const { config, state } of manager.streams.list())
    streams.push(`${config.name} ${state.last_seq} ${state.messages}`);
  const [read, vault] = await Promise.all([digests(stack.read.ownerUrl), digests(stack.vault.ownerUrl)]);
  return { streams: streams.sort(), read, vault };
}

const ask = { policy: { caps: { perDay: 1 } }, from: FROM, to: TO };

describe('a simulation', () => {
  it('answers from the rows, and changes not one of them, no stream and no message', async () => {
    // The first request of a key notes that it was used.
    await simulate({});
    const before = await everything();
    expect(Object.keys(before.read).length).toBeGreaterThan(10);
    const { status, body } = await simulate(ask);
    expect({ status, ...body }).toMatchObject({ status: 200, replayed: 6, now: { contacted: 2, refused: 4 } });
    expect(await everything()).toEqual(before);
  });

  it('sees nothing of another tenant, and needs the scope', async () => {
    const other = await stack.newTenant();
    expect((await simulate(ask, other.key)).body).toMatchObject({ decisions: 0 });
    expect(await simulate(ask, await tenant.keyWith(['policies:write']))).toMatchObject({ status: 403 });
  });
});
