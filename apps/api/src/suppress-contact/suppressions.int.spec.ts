// Over real stores and a real bus; the orchestrator alone is played: it writes what the real one writes into the gate's table.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactAnswer, ContactCommandMessage } from '@homing/contracts';
import { createFingerprinter } from '@homing/vault/seal';
import { createSuppressionStore, type SuppressionStore } from '@homing/vault/suppression';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

let stack: ApiStack;
let store: SuppressionStore;
let tenant: TestTenant;
let revision = 0n;

beforeAll(async () => {
  stack = await startApiStack();
  store = createSuppressionStore(stack.vault.as('vault_intake'));
});
afterAll(() => stack.stop());
beforeEach(async () => {
  tenant = await stack.newTenant();
  stack.orchestrator.obeyContact = keep;
});
afterEach(() => void (stack.orchestrator.contactCommands.length = 0));

async function keep(command: ContactCommandMessage): Promise<ContactAnswer> {
  const { tenantId, fingerprint, channel, by, note } = command;
  const [stands] = await store.suppressedContacts([{ tenantId, fingerprint }]);
  const suppress = command.kind === 'suppress';
  if (suppress === (stands !== undefined)) return { fingerprint, status: 'unchanged' };
  const since = new Date().toISOString();
  const reasons = suppress ? [{ reason: 'manual' as const, since, by, ...(note ? { note } : {}) }] : [];
  const mask = suppress && command.mask ? { mask: command.mask } : {};
  await store.saveContacts([{ tenantId, fingerprint, channel, ...mask, reasons, revision: (revision += 1n) }]);
  return { fingerprint, status: suppress ? 'suppressed' : 'lifted' };
}

async function ask(method: string, path: string, body?: unknown, { key = tenant.key, url = stack.service.url } = {}) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}
const address = 'Ada.Lovelace@reader.test';
const suppress = (over: object = {}) => ask('POST', '/suppressions', { channel: 'email', address, ...over });
const idOf = ({ body }: { body: Record<string, unknown> }) => String(body['suppressionId']);
const faultsOf = ({ body }: { body: Record<string, unknown> }) =>
  ((body['errors'] ?? []) as { field: string }[]).map(({ field }) => field);

describe('an address that nothing is sent to', () => {
  it('is held back by its hash and mask, whatever its spelling, and never kept', async () => {
    const answer = await suppress({ note: 'TICKET-4711' });
    expect(answer).toMatchObject({
      status: 201,
      body: { status: 'suppressed', channel: 'email', contact: 'a***@r***.test' },
    });
    expect(faultsAgainst('SuppressionAnswer', answer.body)).toEqual([]);
    const print = createFingerprinter(stack.vault.fingerprintKey).address(tenant.tenantId, 'email', address);
    expect(idOf(answer)).toBe(print);
    expect(answer.headers.get('location')).toBe(`/api/v1/suppressions/${print}`);
    const again = await suppress({ address: ' ada.lovelace@READER.test' });
    expect(again).toMatchObject({ status: 200, body: { status: 'unchanged', suppressionId: print } });
    const said = stack.orchestrator.heard.map(({ raw }) => raw).join();
    expect(said).toContain(print);
    expect(`${said}${stack.lines.join()}`.toLowerCase()).not.toContain('lovelace');
  });

  it('is shown with its reasons, one and by page', async () => {
    const since = '2026-05-01T10:00:00.000Z';
    const of = { tenantId: tenant.tenantId, channel: 'email' as const, mask: 'b***@r***.test' };
    const bounced = {
      ...of,
      fingerprint: 'b'.repeat(43),
      reasons: [{ reason: 'hard_bounce' as const, since }],
      revision: 0n,
    };
    await store.saveContacts([bounced]);
    const byHand = idOf(await suppress({ note: 'TICKET-1' }));
    const page = await ask('GET', '/suppressions?limit=1');
    expect(faultsAgainst('SuppressionPage', page.body)).toEqual([]);
    expect(page.body['items']).toMatchObject([
      { suppressionId: byHand, reasons: [{ reason: 'manual', by: expect.stringMatching(/^key:/), note: 'TICKET-1' }] },
    ]);
    const rest = await ask('GET', `/suppressions?limit=1&cursor=${String(page.body['nextCursor'])}`);
    expect(rest.body).toEqual({
      items: [
        { suppressionId: bounced.fingerprint, channel: 'email', contact: of.mask, since, reasons: bounced.reasons },
      ],
    });
    expect((await ask('GET', '/suppressions?reason=hard_bounce')).body['items']).toHaveLength(1);
    expect((await ask('GET', '/suppressions?channel=sms')).body['items']).toEqual([]);
    const one = await ask('GET', `/suppressions/${byHand}`);
    expect(faultsAgainst('Suppression', one.body)).toEqual([]);
    expect(faultsOf(await ask('GET', '/suppressions?reason=whim'))).toEqual(['reason']);
  });

  it('is let go with a reason that was stated, and by nobody without', async () => {
    const id = idOf(await suppress());
    expect(faultsOf(await ask('DELETE', `/suppressions/${id}`))).toEqual(['reason']);
    expect(faultsOf(await ask('DELETE', `/suppressions/${id}?reason=because`))).toEqual(['reason']);
    expect((await ask('GET', `/suppressions/${id}`)).status).toBe(200);
    const lifted = await ask('DELETE', `/suppressions/${id}?reason=consent_given&note=TICKET-2`);
    expect(lifted).toMatchObject({ status: 200, body: { suppressionId: id, status: 'lifted' } });
    expect(faultsAgainst('SuppressionAnswer', lifted.body)).toEqual([]);
    expect(stack.orchestrator.contactCommands.at(-1)).toMatchObject({
      kind: 'lift',
      because: 'consent_given',
      note: 'TICKET-2',
    });
    expect((await ask('GET', `/suppressions/${id}`)).status).toBe(404);
    expect((await ask('DELETE', `/suppressions/${id}?reason=mistake`)).status).toBe(404);
  });

  it.each<[string, object, string]>([
    ['no address of its channel', { address: 'nobody' }, 'address'],
    ['a number that is none', { channel: 'sms', address: '12' }, 'address'],
    ['a channel nobody knows', { channel: 'pigeon' }, 'channel'],
    ['prose for a note', { note: 'Ada called' }, 'note'],
    ['a field nobody knows', { reason: 'x' }, 'reason'],
  ])('is not %s, and no value is repeated', async (_what, over, field) => {
    const answer = await suppress(over);
    expect([answer.status, faultsOf(answer)]).toEqual([422, [field]]);
    expect(JSON.stringify(answer.body)).not.toMatch(/nobody|pigeon|Ada/);
    expect(stack.orchestrator.contactCommands).toEqual([]);
  });

  it('is 202 while nobody has answered yet', async () => {
    stack.orchestrator.obeyContact = undefined;
    const { url } = await stack.startAnother({ DECISION_WAIT_MS: '50' });
    const answer = await ask('POST', '/suppressions', { channel: 'email', address }, { url });
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
  });

  it('is its tenant’s alone, and needs a key that may', async () => {
    const id = idOf(await suppress());
    const { key } = await stack.newTenant();
    expect((await ask('GET', `/suppressions/${id}`, undefined, { key })).status).toBe(404);
    expect((await ask('DELETE', `/suppressions/${id}?reason=mistake`, undefined, { key })).status).toBe(404);
    expect((await ask('GET', '/suppressions', undefined, { key })).body).toEqual({ items: [] });
    expect((await ask('GET', '/suppressions/nothing')).status).toBe(404);
    const reader = await tenant.keyWith(['suppressions:read']);
    expect((await ask('DELETE', `/suppressions/${id}?reason=mistake`, undefined, { key: reader })).status).toBe(403);
  });
});
