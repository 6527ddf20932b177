// Real: the shipped API over HTTP, Postgres (vault, registry, read model with its rights) and NATS. Rows of outreach are projected as the
// projector does it; whoever hands batches over is played by the vault's own keeper.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { type BatchKeeper, createBatchKeeper } from '@homing/vault/batch';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import type { ShownBatch, ShownItem } from './batch.representation.js';
import type { TakenBatch } from './batch.taker.js';

let stack: ApiStack;
let tenant: TestTenant;
let stranger: TestTenant;
let keeper: BatchKeeper;

beforeAll(async () => {
  stack = await startApiStack();
  [tenant, stranger] = await Promise.all([stack.newTenant(), stack.newTenant()]);
  keeper = createBatchKeeper(stack.vault.as('vault_intake', 2));
  const { tenantId } = tenant;
  const bodies = { email: { subject: 'Hi {{name}}', text: 'Hello {{name}}' } };
  await stack.registry.putTemplate({ actor: 't', tenantId, templateId: 'welcome', bodies, variables: ['name'] });
});
afterAll(() => stack.stop());

const recipient = (own: object = {}) => {
  const id = randomUUID();
  return { id, contacts: { email: `canary-${id}@batch.test` }, data: { name: 'Ada' }, ...own };
};
const call = (count: number, own: object = {}) => ({
  content: { templateId: 'welcome', data: { name: 'you' } },
  recipients: Array.from({ length: count }, () => recipient()),
  ...own,
});

interface Answered<T> {
  readonly status: number;
  readonly body: T;
  readonly location: string | null;
}
interface Problem {
  readonly type: string;
  readonly errors?: readonly { field: string; code: string }[];
}

async function ask<T>(
  method: string,
  path: string,
  { body, key = tenant.key, headers = {} }: Ask = {},
): Promise<Answered<T>> {
  const answer = await fetch(`${stack.service.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as T, location: answer.headers.get('location') };
}
interface Ask {
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}
const send = (body: unknown, of: Ask = {}) => ask<TakenBatch>('POST', 'outreach/send-batch', { body, ...of });
const refuse = (body: unknown, of: Ask = {}) => ask<Problem>('POST', 'outreach/send-batch', { body, ...of });
const codes = ({ errors = [] }: Problem) => errors.map(({ field, code }) => `${field} ${code}`);

describe('a call with many recipients', () => {
  it('is accepted once every item is sealed, held, and says which outreach each is', async () => {
    const { status, body, location } = await send(call(130, { requestId: 'many' }));
    expect(status).toBe(202);
    expect(location).toBe(`/api/v1/batches/${body.batchId}`);
    expect(faultsAgainst('TakenBatch', body)).toEqual([]);
    expect(body).toMatchObject({ items: 130, accepted: 130, refused: 0, requestId: 'many' });
    expect(body.results[7]).toMatchObject({ index: 7, requestId: 'many/7', status: 'accepted' });
    const ids = body.results.map(({ outreachId = '' }) => outreachId);
    expect(new Set(ids).size).toBe(130);
    expect(ids[7]).toBe(stack.ids.outreachId(tenant.tenantId, 'api', 'many/7'));
    expect(await stack.intakeRecords(ids)).toHaveLength(130);
    // Nobody has put any of it on its way: that is for whoever hands batches over.
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from vault.sealed_request
      where held and outreach_id = any(${ids}::uuid[])`.execute(stack.vault.as('owner', 1));
    expect(rows).toEqual([{ n: 130 }]);
    expect(stack.orchestrator.heard.filter(({ event }) => ids.includes(event.id))).toEqual([]);
  });

  it('is one batch however often it comes, and another content is refused', async () => {
    const body = call(3);
    const headers = { 'idempotency-key': 'again-1' };
    const [first, second] = [await send(body, { headers }), await send(body, { headers })];
    expect(second.body).toEqual(first.body);
    const other = await refuse({ ...body, urgency: 'high' }, { headers });
    expect(other).toMatchObject({ status: 409, body: { type: 'urn:homing:problem:different_content' } });
    const theirs = await refuse(call(1, { content: { literal: { email: { subject: 'a', text: 'b' } } } }), {
      ...{ headers, key: stranger.key },
    });
    expect(theirs.status).toBe(202);
  });

  it('goes on where it broke off', async () => {
    const body = call(140, { requestId: 'broken' });
    const [first, broken] = [await send(body), stack.ids.batchId(tenant.tenantId, 'broken')];
    const owner = stack.vault.as('owner', 1);
    await owner
      .updateTable('vault.batch')
      .set({ accepted: null, refused: null, accepted_at: null })
      .where('batch_id', '=', broken)
      .execute();
    await owner.deleteFrom('vault.batch_item').where('batch_id', '=', broken).where('item_index', '>=', 90).execute();
    expect((await ask('GET', `batches/${broken}`)).status).toBe(404);
    expect((await send(body)).body).toEqual(first.body);
  });

  it('takes what is sound and names what is not, by its place', async () => {
    const twice = { requestId: `own-${randomUUID()}` };
    const recipients = [
      recipient(),
      recipient({ contacts: { email: 'zimtstern' } }),
      recipient({ contacts: {} }),
      recipient({ overrides: { urgency: 'never' } }),
      recipient(twice),
      recipient(twice),
      recipient({ overrides: { content: { templateId: 'nowhere' } } }),
    ];
    const { status, body } = await send({ ...call(0), recipients });
    expect(status).toBe(202);
    expect(faultsAgainst('TakenBatch', body)).toEqual([]);
    expect(body).toMatchObject({ items: 7, accepted: 2, refused: 5 });
    expect(body.results.map(({ errors = [] }) => errors[0]?.field)).toEqual([
      ...[undefined, 'recipients[1].contacts.email', 'recipients[2].contacts', 'recipients[3].overrides.urgency'],
      ...[undefined, 'recipients[5].requestId', 'recipients[6].overrides.content.templateId'],
    ]);
    const { body: shown } = await ask<{ items: ShownItem[] }>('GET', `batches/${body.batchId}/items?state=invalid`);
    expect(faultsAgainst('BatchItemPage', shown)).toEqual([]);
    expect(shown.items.map(({ index }) => index)).toEqual([1, 2, 3, 5, 6]);
    expect(JSON.stringify([body, shown])).not.toContain('zimtstern');
  });

  it('refuses what nothing can keep, item by item', async () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field${n}`, n]));
    const recipients = [
      ...[
        recipient({ data: { name: '\ud800' } }),
        recipient({ data: 'deep' }),
        null,
        'ada',
        recipient(many),
        recipient(),
      ],
      recipient({ requestId: 'a\u0000b' }),
      recipient({ data: { name: 'a\u0000b' } }),
    ];
    const { status, body } = await send(JSON.stringify({ ...call(0), recipients }).replace('"deep"', deep));
    expect([status, body.accepted]).toEqual([202, 2]);
    expect(body.results.map((item) => item.status)).toEqual([
      ...['refused', 'refused', 'refused', 'refused', 'refused', 'accepted', 'refused', 'accepted'],
    ]);
    expect(body.results[4]?.errors).toHaveLength(20);
    const [kept] = body.results.flatMap(({ outreachId }) => outreachId ?? []);
    expect(await stack.intakeRecords([kept ?? ''])).toHaveLength(1);
  });

  it('takes all or nothing where that is asked for', async () => {
    const requestId = `all-${randomUUID()}`;
    const recipients = [recipient(), recipient({ contacts: {} })];
    const refused = await refuse({ ...call(0), requestId, recipients, allOrNothing: true });
    expect(refused.status).toBe(422);
    expect(codes(refused.body)).toEqual(['recipients[1].contacts no_usable_address']);
    const mended = await send({ ...call(0), requestId, recipients: [recipient(), recipient()], allOrNothing: true });
    expect(mended).toMatchObject({ status: 202, body: { accepted: 2 } });
  });

  it('takes nothing where an item of all or nothing had come before with other content', async () => {
    const own = recipient({ requestId: `other-${randomUUID()}` });
    await send({ ...call(0), recipients: [own] });
    const body = {
      ...call(0),
      requestId: randomUUID(),
      allOrNothing: true,
      recipients: [recipient(), { ...own, name: 'Eve' }],
    };
    for (const _time of ['first', 'again']) {
      const { status, body: problem } = await refuse(body);
      expect([status, codes(problem)]).toEqual([422, ['recipients[1].requestId different_content']]);
    }
    const batchId = stack.ids.batchId(tenant.tenantId, body.requestId);
    expect((await keeper.listOpen(500)).map((open) => open.batchId)).not.toContain(batchId);
  });

  it.each([
    ['an unknown campaign', { campaignId: 'nowhere' }, 'campaignId'],
    ['an unknown template', { content: { templateId: 'nowhere' } }, 'content.templateId'],
    ['no recipients', { recipients: [] }, 'recipients'],
    ['spacing that is none', { spacing: { over: '8h' } }, 'spacing.over'],
  ])('is refused as a whole for %s', async (_what, own, field) => {
    const { status, body } = await refuse(call(2, own));
    expect(status).toBe(422);
    expect(body.errors?.map((fault) => fault.field)).toEqual([field]);
  });

  it('keeps an item that came before as the message that it is', async () => {
    const again = recipient({ requestId: `before-${randomUUID()}` });
    const first = await send({ ...call(0), recipients: [again] });
    const second = await send({ ...call(0), recipients: [recipient(), again, { ...again, data: { name: 'Eve' } }] });
    expect(second.body.results.map(({ status }) => status)).toEqual(['accepted', 'repeated', 'refused']);
    expect(second.body.results[1]?.outreachId).toBe(first.body.results[0]?.outreachId);
    const third = await send({ ...call(0), recipients: [{ ...again, data: { name: 'Eve' } }] });
    expect(third.body.results[0]?.errors).toMatchObject([
      { field: 'recipients[0].requestId', code: 'different_content' },
    ]);
  });

  it('may be larger than other bodies', async () => {
    const data = { name: 'x'.repeat(20_000) };
    const body = { ...call(0), recipients: Array.from({ length: 20 }, () => recipient({ data })) };
    expect((await send(body)).status).toBe(202);
    const single = await ask('POST', 'outreach/send', { body });
    expect(single.status).toBe(413);
  });

  it('plans its items evenly', async () => {
    const sendAt = '2031-05-01T08:00:00.000Z';
    const recipients = [
      recipient(),
      recipient(),
      recipient({ overrides: { sendAt: '2031-05-01T20:00:00Z' } }),
      recipient(),
    ];
    const { body } = await send({ ...call(0), recipients, sendAt, spacing: { over: 'PT4H' } });
    const records = await stack.intakeRecords(body.results.map(({ outreachId = '' }) => outreachId));
    const planned = new Map(
      records.map(({ outreachId, decisionInput }) => [
        outreachId,
        (decisionInput as { requested: { sendAt: string } }).requested.sendAt.slice(11, 16),
      ]),
    );
    expect(body.results.map(({ outreachId = '' }) => planned.get(outreachId))).toEqual([
      '08:00',
      '09:00',
      '20:00',
      '11:00',
    ]);
  });
});

describe('a batch', () => {
  it('shows how far it is, item by item, to its tenant alone', async () => {
    const { body: taken } = await send(call(210));
    const path = `batches/${taken.batchId}`;
    const before = await ask<ShownBatch>('GET', path);
    expect(faultsAgainst('Batch', before.body)).toEqual([]);
    expect(before.body).toMatchObject({
      state: 'accepted',
      items: 210,
      expanded: 0,
      progress: { pending: 210, percent: 0 },
    });
    await keeper.release({ batchId: taken.batchId, from: 0, to: 200 });
    expect((await ask<ShownBatch>('GET', path)).body).toMatchObject({ state: 'expanding', expanded: 200 });

    const states: string[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const url: string = `${path}/items?limit=100${next && `&cursor=${next}`}`;
      const { body } = await ask<{ items: ShownItem[]; nextCursor?: string }>('GET', url);
      states.push(...body.items.map(({ state }) => state));
      next = body.nextCursor;
    }
    expect(
      states.map((state, index) => `${index < 200} ${state}`).filter((text, i, all) => all.indexOf(text) === i),
    ).toEqual([...['true accepted', 'false waiting']]);
    const { body: named } = await ask<{ items: ShownItem[] }>('GET', `${path}/items?requestId=${taken.requestId}%2F7`);
    expect(named.items).toMatchObject([{ index: 7, state: 'accepted' }]);
    const unnamed = await ask<{ items: ShownItem[] }>('GET', `${path}/items?requestId=nobody`);
    expect(unnamed.body.items).toEqual([]);
    const waiting = await ask<{ items: ShownItem[] }>('GET', `${path}/items?state=waiting&limit=500`);
    expect(waiting.body.items).toHaveLength(10);

    for (const mine of [path, `${path}/items`]) {
      expect((await ask('GET', mine, { key: stranger.key })).status).toBe(404);
    }
    expect((await ask('POST', `${path}/cancel`, { key: stranger.key })).status).toBe(404);
    expect((await ask('GET', `${path}/items?state=gone`)).status).toBe(422);
    const reader = await tenant.keyWith(['outreach:read']);
    expect((await ask('POST', `${path}/cancel`, { key: reader })).status).toBe(403);
  });

  it('is listed newest first, page by page', async () => {
    const other = await stack.newTenant();
    const content = { literal: { email: { subject: 'a', text: 'b' } } };
    const ids: string[] = [];
    for (const count of [1, 2, 3]) ids.push((await send(call(count, { content }), { key: other.key })).body.batchId);
    const first = await ask<{ items: ShownBatch[]; nextCursor: string }>('GET', 'batches?limit=2', { key: other.key });
    expect(faultsAgainst('BatchPage', first.body)).toEqual([]);
    const rest = await ask<{ items: ShownBatch[] }>('GET', `batches?cursor=${first.body.nextCursor}`, {
      key: other.key,
    });
    expect([...first.body.items, ...rest.body.items].map(({ batchId }) => batchId)).toEqual(ids.toReversed());
    expect((await ask('GET', 'batches?cursor=x', { key: other.key })).status).toBe(422);
  });

  it('is asked to stop, once and for all', async () => {
    const { body: taken } = await send(call(2));
    const path = `batches/${taken.batchId}`;
    const { status, body } = await ask<ShownBatch>('POST', `${path}/cancel`);
    expect([status, body.state]).toEqual([202, 'cancelling']);
    const open = (await keeper.listOpen(500)).find(({ batchId }) => batchId === taken.batchId);
    expect(open?.cancelledBy).toMatch(/^key:/);
    await keeper.withhold({ batchId: taken.batchId, from: 0, to: 200 });
    await keeper.close({ batchId: taken.batchId, ...(open?.cancelledBy ? { cancelledBy: open.cancelledBy } : {}) });
    const after = await ask<ShownBatch>('POST', `${path}/cancel`);
    expect(after.body).toMatchObject({
      ...{ state: 'cancelled', withheld: 2, progress: { skipped: 2, pending: 0, percent: 100 } },
    });
  });
});
