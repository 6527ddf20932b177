import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { acceptedRef, type DecisionAnswer, type FieldFault } from '@homing/contracts';
import type { VaultDatabase } from '@homing/vault';
import { type ApiStack, startApiStack, type TestTenant, until } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import { scheduled } from '../fake-orchestrator.fixture.js';

let stack: ApiStack;
let tenant: TestTenant;
let stranger: TestTenant;
let owner: VaultDatabase;
const actor = 'test';

beforeAll(async () => {
  stack = await startApiStack();
  owner = stack.vault.as('owner', 1);
  [tenant, stranger] = await Promise.all([stack.newTenant(), stack.newTenant()]);
  const bodies = { email: { subject: 'Hi {{name}}', text: 'Hello {{name}}' } };
  await stack.registry.putTemplate({
    actor,
    tenantId: tenant.tenantId,
    templateId: 'welcome',
    bodies,
    variables: ['name'],
  });
  await stack.registry.putCampaign({
    actor,
    tenantId: tenant.tenantId,
    campaignId: 'spring',
    name: 'Spring',
    currency: 'EUR',
  });
});
afterAll(() => stack.stop());
afterEach(() => {
  stack.orchestrator.answer = scheduled;
});

const wish = (own: object = {}) => ({
  recipient: {
    id: `r-${randomUUID()}`,
    name: 'Zimtstern',
    contacts: { email: `canary-${randomUUID()}@zimtstern.test` },
  },
  content: { literal: { email: { subject: 'Hello', text: 'A word' } } },
  ...own,
});

interface Ask {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly url?: string;
}
const post = (
  body: unknown,
  { key = tenant.key, headers = {}, url = stack.service.url }: Ask = {},
): Promise<Response> =>
  fetch(`${url}/api/v1/outreach/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const problemOf = async (answer: Response) =>
  (await answer.json()) as { type: string; errors?: FieldFault[]; requestId?: string };
const decisionOf = async (answer: Response) => (await answer.json()) as DecisionAnswer;

const sealedOf = async (tenantId: string): Promise<string[]> => {
  const { rows } = await sql<{
    id: string;
  }>`select outreach_id as id from vault.sealed_request where tenant_id = ${tenantId}`.execute(owner);
  return rows.map((row) => row.id);
};

describe('what cannot be used is refused by the name of its field, and nothing is stored', () => {
  const recipient = (contacts: object) => ({ ...wish(), recipient: { id: 'r1', contacts } });
  const rows: [string, () => object, string, string][] = [
    ['a wrong type', () => wish({ urgency: 5 }), 'urgency', 'isIn'],
    ['a wrong type deep down', () => recipient({ email: 5 }), 'recipient.contacts.email', 'isEmail'],
    ['a missing field', () => ({ content: wish().content }), 'recipient', 'isObject'],
    ['an unknown field', () => wish({ surprise: 1 }), 'surprise', 'unknown_field'],
    [
      'an unknown field deep down',
      () => recipient({ email: 'a@b.test', pigeon: 'x' }),
      'recipient.contacts.pigeon',
      'unknown_field',
    ],
    ['neither template nor literal', () => wish({ content: {} }), 'content', 'exactly_one'],
    [
      'an unknown template',
      () => wish({ content: { templateId: 'nowhere', data: {} } }),
      'content.templateId',
      'unknown_template',
    ],
    [
      'an unknown version',
      () => wish({ content: { templateId: 'welcome', version: 9, data: {} } }),
      'content.version',
      'unknown_template',
    ],
    ['an unknown campaign', () => wish({ campaignId: 'autumn' }), 'campaignId', 'unknown_campaign'],
    ['no address', () => recipient({}), 'recipient.contacts', 'no_usable_address'],
    ['an address that is none', () => recipient({ email: 'nobody' }), 'recipient.contacts.email', 'isEmail'],
    ['a deadline in the past', () => wish({ expiresAt: '2020-01-01T00:00:00Z' }), 'expiresAt', 'deadline_passed'],
    [
      'a time after the deadline',
      () => wish({ sendAt: '2098-01-02T00:00:00Z', expiresAt: '2098-01-01T00:00:00Z' }),
      'sendAt',
      'after_deadline',
    ],
    ['an instant that is none', () => wish({ sendAt: 'tomorrow' }), 'sendAt', 'isInstant'],
  ];

  it.each(rows)('%s', async (_name, body, field, code) => {
    const before = await sealedOf(tenant.tenantId);
    const answer = await post(body());
    const problem = await problemOf(answer);
    expect([answer.status, problem.type]).toEqual([422, 'urn:homing:problem:invalid_fields']);
    expect(problem.errors).toContainEqual({ field, code, message: expect.any(String) });
    expect(faultsAgainst('Problem', problem)).toEqual([]);
    expect(await sealedOf(tenant.tenantId)).toEqual(before);
  });

  it("another tenant's id, template and campaign", async () => {
    const foreign = await post(wish({ tenantId: stranger.tenantId }));
    expect([foreign.status, (await problemOf(foreign)).errors?.[0]?.field]).toEqual([403, 'tenantId']);
    const theirs = await post(wish({ campaignId: 'spring', content: { templateId: 'welcome', data: {} } }), {
      key: stranger.key,
    });
    expect((await problemOf(theirs)).errors?.map((fault) => fault.field)).toEqual(['content.templateId', 'campaignId']);
  });

  it('a key without the scope, and one that was revoked', async () => {
    const readOnly = await post(wish(), { key: await tenant.keyWith(['outreach:read']) });
    expect([readOnly.status, (await problemOf(readOnly)).type]).toEqual([403, 'urn:homing:problem:missing_scope']);
    const key = await tenant.keyWith(['outreach:write']);
    const keyId = /^hk_[a-z]+_([0-9a-f]{16})_/.exec(key)?.[1] ?? '';
    expect((await post(wish(), { key })).status).toBe(202);
    await stack.registry.revokeApiKey({ actor, tenantId: tenant.tenantId, keyId });
    await until(async () => (await post(wish(), { key })).status === 401);
  });
});

describe('what is taken', () => {
  it('is sealed and on the bus before it is answered, without anything personal, and answered with the decision', async () => {
    const body = wish({ campaignId: 'spring', content: { templateId: 'welcome', data: { name: 'Zimtstern' } } });
    const answer = await post(body, { headers: { 'idempotency-key': 'zimtstern-key' } });
    const decision = await decisionOf(answer);
    expect([answer.status, decision]).toEqual([202, scheduled(decision.outreachId)]);
    expect(faultsAgainst('Decision', decision)).toEqual([]);
    expect(answer.headers.get('location')).toBe(`/api/v1/outreach/${decision.outreachId}`);
    expect(decision.outreachId).toBe(stack.ids.outreachId(tenant.tenantId, 'api', 'zimtstern-key'));
    expect(await sealedOf(tenant.tenantId)).toContain(decision.outreachId);
    const [heard, ...more] = stack.orchestrator.heardOf(decision.outreachId);
    expect(more).toEqual([]);
    expect(heard?.event).toMatchObject({
      type: 'outreach.requested',
      dataref: acceptedRef(decision.outreachId),
      tenantid: tenant.tenantId,
    });
    for (const canary of ['canary', 'zimtstern', body.recipient.id]) {
      expect(heard?.raw.toLowerCase()).not.toContain(canary);
      expect(stack.lines.join('').toLowerCase()).not.toContain(canary);
    }
  });

  it('is answered at once when asked to, and nobody is asked to answer', async () => {
    stack.orchestrator.answer = () => {
      throw new Error('nobody waits for this');
    };
    const answer = await post(wish(), { headers: { prefer: 'respond-async' } });
    const { outreachId, status } = await decisionOf(answer);
    expect([answer.status, status, answer.headers.get('preference-applied')]).toEqual([
      202,
      'accepted',
      'respond-async',
    ]);
    const heard = await until(() => stack.orchestrator.heardOf(outreachId)[0]);
    expect(heard.replyTo).toBeUndefined();
  });

  it('is accepted when no decision comes in time, or one that speaks of something else', async () => {
    const impatient = await stack.startAnother({ DECISION_WAIT_MS: '150' });
    stack.orchestrator.answer = undefined;
    const silent = await decisionOf(await post(wish(), { url: impatient.url }));
    stack.orchestrator.answer = () => scheduled(randomUUID());
    const confused = await decisionOf(await post(wish(), { url: impatient.url }));
    expect([silent.status, confused.status]).toEqual(['accepted', 'accepted']);
    expect(faultsAgainst('Decision', silent)).toEqual([]);
    const looked = await fetch(`${stack.service.url}/api/v1/outreach/${silent.outreachId}`, {
      headers: { authorization: `Bearer ${tenant.key}` },
    });
    expect(await looked.json()).toMatchObject({
      outreachId: silent.outreachId,
      state: 'accepted',
      timeline: [],
      explanation: null,
    });
  });
});

describe('the same request again', () => {
  it('is the same outreach, decided anew by nobody but asked for again', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = wish();
    const [first, second] = [await post(body, { headers }), await post(body, { headers })];
    expect([first.status, second.status]).toEqual([202, 202]);
    const [one, two] = [await decisionOf(first), await decisionOf(second)];
    expect(two).toEqual(one);
    // The repeat went past the bus's memory of message ids: the orchestrator was asked twice and is idempotent.
    expect(stack.orchestrator.heardOf(one.outreachId)).toHaveLength(2);
    expect((await sealedOf(tenant.tenantId)).filter((id) => id === one.outreachId)).toHaveLength(1);
  });

  it('stays one when it comes many times at once', async () => {
    const body = wish({ requestId: randomUUID() });
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(body)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    const decisions = await Promise.all(answers.map(decisionOf));
    expect(new Set(decisions.map((decision) => decision.outreachId)).size).toBe(1);
  });

  it('is refused with other content, and belongs to its tenant alone', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await decisionOf(await post(wish(), { headers }));
    const other = await post(wish(), { headers });
    const problem = await problemOf(other);
    expect([other.status, problem.type, problem.requestId]).toEqual([
      409,
      'urn:homing:problem:different_content',
      headers['idempotency-key'],
    ]);
    const theirs = await decisionOf(await post(wish(), { headers, key: stranger.key }));
    expect(theirs.outreachId).not.toBe(first.outreachId);
  });
});

describe('a store that is down', () => {
  it('the bus: not ready, 503 with a time to come back, nothing sealed, and everything well afterwards', async () => {
    const body = wish();
    await stack.stopBus();
    try {
      const ready = await until(async () => {
        const answer = await fetch(`${stack.service.url}/health/ready`);
        return answer.status === 503 && answer;
      });
      expect(ready.headers.get('retry-after')).not.toBeNull();
      const before = await sealedOf(tenant.tenantId);
      const refused = await post(body);
      const problem = await problemOf(refused);
      expect([refused.status, problem.type]).toEqual([503, 'urn:homing:problem:unavailable']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(problem.requestId).toBeDefined();
      expect(await sealedOf(tenant.tenantId)).toEqual(before);
    } finally {
      await stack.startBus();
    }
    const answer = await until(async () => {
      const again = await post(body, { headers: { prefer: 'respond-async' } });
      return again.status === 202 && again;
    });
    expect((await decisionOf(answer)).status).toBe('accepted');
  });

  it('the vault: not ready, 503, while nothing is acknowledged', async () => {
    const nowhere = 'postgres://nobody:nothing@127.0.0.1:1/vault';
    const crippled = await stack.startAnother({ VAULT_DATABASE_URL: nowhere, VAULT_INTAKE_DATABASE_URL: nowhere });
    const refused = await post(wish(), { url: crippled.url });
    expect([refused.status, (await problemOf(refused)).type]).toEqual([503, 'urn:homing:problem:unavailable']);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect((await fetch(`${crippled.url}/health/ready`)).status).toBe(503);
    const halfCrippled = await stack.startAnother({ VAULT_INTAKE_DATABASE_URL: nowhere });
    expect((await post(wish(), { url: halfCrippled.url })).status).toBe(503);
  });
});
