// Real: the shipped API over HTTP, Postgres (vault, registry, read model with its rights) and NATS.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Sequences } from '@homing/contracts';
import { type ApiStack, startApiStack, type TestTenant, until } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import type { ShownBatch, ShownItem } from '../take-batch/batch.representation.js';
import type { LeadRunAnswer } from './lead-run.answer.js';

let stack: ApiStack;
let tenant: TestTenant;

/** The tenant's own sequences, whatever it had before. */
const own = async (sequences: Sequences) => {
  const { tenantId } = tenant;
  const { settings, settingsVersion = 0 } = (await stack.registry.readTenant(tenantId)) ?? {};
  await stack.registry.changeTenantSettings({
    ...{ actor: 't', tenantId, settings: { ...settings, sequences }, seenVersion: settingsVersion },
  });
};

beforeAll(async () => {
  stack = await startApiStack();
  tenant = await stack.newTenant();
  await stack.registry.putTemplate({
    ...{ actor: 't', tenantId: tenant.tenantId, templateId: 'email_intro', variables: ['business_name'] },
    bodies: { email: { subject: 'Hi {{name}}', text: 'To {{business_name}}' } },
  });
  await own({ gentle: { steps: [{ channel: 'email', template: 'email_intro' }] } });
});
afterAll(() => stack.stop());

async function ask<T>(path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${stack.service.url}/api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${tenant.key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

const lead = (i: number) => ({
  ...{ leadId: `lead-${i}`, name: 'Ada', contacts: i % 5 === 0 ? {} : { email: `canary-${i}@leads.test` } },
  ...(i % 7 === 1 ? {} : { data: { business_name: `Mill ${i}` } }),
});

const leads = (count: number) => Array.from({ length: count }, (_none, i) => lead(i));

describe('a run of leads', () => {
  it('is sealed as a batch, held, and answers the same whatever has changed since', async () => {
    const call = {
      runId: 'mills',
      leads: leads(150),
      sequences: { C: 'gentle' },
      spacing: { over: 'PT8H' },
    };
    const dry = await ask<LeadRunAnswer>('leads/run', { ...call, dryRun: true });
    expect([dry.status, (await ask('batches')).body]).toEqual([200, { items: [] }]);
    const first = await ask<LeadRunAnswer>('leads/run', call);
    expect([first.status, faultsAgainst('LeadRun', first.body)]).toEqual([202, []]);
    expect(first.body).toMatchObject({ leads: 150, taken: 102, skipped: 30, refused: 18 });
    expect(first.body.grades).toEqual(dry.body.grades);
    expect(first.body.results[8]?.errors).toMatchObject([{ field: 'leads[8].data.business_name' }]);
    expect(first.body.results[9]?.outreachId).toBe(stack.ids.outreachId(tenant.tenantId, 'api', 'mills/9'));

    const batch = await ask<ShownBatch>(`batches/${first.body.batchId}`);
    expect(batch.body).toMatchObject({ items: 120, accepted: 102, invalid: 18, state: 'accepted' });
    const invalid = await ask<{ items: ShownItem[] }>(`batches/${first.body.batchId}/items?state=invalid&limit=500`);
    expect(invalid.body.items).toHaveLength(18);
    const ids = first.body.results.flatMap(({ outreachId }) => outreachId ?? []);
    const records = await stack.intakeRecords(ids);
    expect(records).toHaveLength(102);
    expect(JSON.stringify(records.map(({ decisionInput }) => decisionInput))).not.toMatch(/canary|Mill|lead-/);
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from vault.sealed_request
      where held and outreach_id = any(${ids}::uuid[])`.execute(stack.vault.as('owner', 1));
    expect(rows).toEqual([{ n: 102 }]);

    await own({});
    // Settings are read through a cache: a run of another id tells when the change has come.
    const other = { ...call, runId: 'other', dryRun: true };
    await until(async () => (await ask('leads/run', other)).status === 422);
    expect(await ask('leads/run', call)).toEqual(first);
  });

  it('goes on where it broke off', async () => {
    const call = { runId: 'broken', leads: leads(60) };
    const first = await ask<LeadRunAnswer>('leads/run', call);
    const owner = stack.vault.as('owner', 1);
    const of = { accepted: null, refused: null, accepted_at: null };
    const batchId = first.body.batchId ?? '';
    await owner.updateTable('vault.batch').set(of).where('batch_id', '=', batchId).execute();
    await owner.deleteFrom('vault.batch_item').where('batch_id', '=', batchId).where('item_index', '>=', 20).execute();
    expect((await ask(`batches/${batchId}`)).status).toBe(404);
    expect(await ask('leads/run', call)).toEqual(first);
  });
});
