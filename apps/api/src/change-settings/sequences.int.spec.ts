// Over real stores: a tenant's sequences stand in its settings, with their entries in the audit trail.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { withTenant } from '@homing/vault/registry';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

let stack: ApiStack;
let tenant: TestTenant;

beforeAll(async () => void (stack = await startApiStack()));
afterAll(() => stack.stop());
beforeEach(async () => void (tenant = await stack.newTenant()));

interface Said {
  readonly items: readonly Record<string, unknown>[];
  readonly errors?: readonly { readonly field: string; readonly code: string }[];
  readonly [other: string]: unknown;
}

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${stack.service.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tenant.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Said };
}
const trail = async () =>
  (
    await withTenant(stack.vault.as('vault_api'), tenant.tenantId, (trx) =>
      sql<{ action: string }>`select action from registry.audit where action = 'tenant.settings'`.execute(trx),
    )
  ).rows.length;
const steps = [
  { channel: 'email', template: 'hello', waitHours: 2, until: 'read' },
  { channel: 'email', template: 'again' },
];

describe('sequences', () => {
  it('of the product are there for every tenant', async () => {
    const { status, body } = await ask('GET', '/sequences');
    expect([status, faultsAgainst('SequenceList', body)]).toEqual([200, []]);
    expect(body.items).toMatchObject([
      {
        ...{ name: 'default_sequence', strategy: 'fallback', owner: 'product', version: 0 },
        steps: [
          { step: 1, channel: 'email', template: 'email_intro', maxRetries: 2, waitHours: 24 },
          { step: 2, channel: 'linkedin', template: 'linkedin_dm', maxRetries: 1, waitHours: 48 },
          { step: 3, channel: 'contact_form', template: 'contact_form_submit', maxRetries: 0 },
        ],
      },
    ]);
  });

  it('are made, changed at the version seen, and removed, each with its entry in the audit trail', async () => {
    await ask('PUT', '/policies', { caps: { perDay: 5 } });
    const made = await ask('PUT', '/sequences/default_sequence', { description: 'Two letters', steps });
    expect(made).toMatchObject({ status: 200, body: { owner: 'tenant', strategy: 'fallback', version: 2 } });
    expect(faultsAgainst('Sequence', made.body)).toEqual([]);
    expect(await ask('GET', '/sequences/default_sequence')).toMatchObject({ body: made.body });
    expect((await ask('GET', '/policies')).body).toMatchObject({ caps: { perDay: 5 }, settingsVersion: 2 });
    const late = await ask('PUT', '/sequences/default_sequence', { steps, settingsVersion: 1 });
    expect([late.status, late.body['type']]).toEqual([409, 'urn:homing:problem:outdated']);
    expect((await ask('PUT', '/policies', { caps: { perDay: 2 } })).status).toBe(200);
    expect((await ask('GET', '/sequences/default_sequence')).body).toMatchObject({ owner: 'tenant' });
    expect((await ask('DELETE', '/sequences/default_sequence')).status).toBe(204);
    expect((await ask('GET', '/sequences/default_sequence')).body).toMatchObject({ owner: 'product', version: 0 });
    expect((await ask('DELETE', '/sequences/default_sequence')).status).toBe(404);
    expect((await ask('GET', '/sequences/nobody')).status).toBe(404);
    expect(await trail()).toBe(4);
  });

  it.each([
    [
      'numbers that skip one',
      'a',
      {
        steps: [
          { ...steps[0], step: 1 },
          { ...steps[1], step: 3 },
        ],
      },
      'steps[1].step',
      'not_in_order',
    ],
    ['one step to fall back on', 'a', { strategy: 'fallback', steps: [steps[0]] }, 'steps', 'too_few_steps'],
    ['no steps at all', 'a', {}, 'steps', 'isArray'],
    ['a field nobody knows', 'a', { steps, surprise: 1 }, 'surprise', 'unknown_field'],
    ['a name that is none', 'A%20B', { steps }, 'name', 'unknown_name'],
    ['no object', 'a', [1], '', 'not_an_object'],
  ])('are refused with %s, by field and reason', async (_what, name, body, field, code) => {
    const answer = await ask('PUT', `/sequences/${name}`, body);
    expect([answer.status, answer.body.errors?.map((error) => [error.field, error.code])]).toEqual([
      422,
      [[field, code]],
    ]);
    expect(await trail()).toBe(0);
  });
});
