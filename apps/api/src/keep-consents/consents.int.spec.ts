// Over real stores and a real bus; the orchestrator is played by its own keeper's rules: it folds what it is told and writes the register.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactAnswer, ContactCommandMessage } from '@homing/contracts';
import { createConsentStore, type ConsentEntry, type ConsentStore } from '@homing/vault/consent';
import { createFingerprinter } from '@homing/vault/seal';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

let stack: ApiStack;
let store: ConsentStore;
let tenant: TestTenant;
const kept = new Map<string, { words: ConsentEntry[]; revision: bigint }>();

beforeAll(async () => {
  stack = await startApiStack();
  store = createConsentStore(stack.vault.as('vault_intake'));
});
afterAll(() => stack.stop());
beforeEach(async () => {
  tenant = await stack.newTenant();
  kept.clear();
  stack.orchestrator.obeyContact = keep;
});
afterEach(() => void (stack.orchestrator.contactCommands.length = 0));

async function keep(command: ContactCommandMessage): Promise<ContactAnswer> {
  if (command.kind === 'suppress' || command.kind === 'lift') throw new Error('not asked for here');
  const { tenantId, fingerprint, channel, purpose, consentId, source, by, kind, evidence } = command;
  const key = `${fingerprint} ${channel} ${purpose}`;
  const { words, revision } = kept.get(key) ?? { words: [], revision: 0n };
  if (words.some((word) => word.consentId === consentId)) return { fingerprint, status: 'unchanged' };
  const status = kind === 'grant_consent' ? 'granted' : 'withdrawn';
  const at = command.at ?? new Date().toISOString();
  const word = { kind: status, consentId, at, source, by, ...(evidence ? { evidence } : {}) } as const;
  const all = [word, ...words].sort((a, b) => (a.at < b.at ? 1 : -1));
  kept.set(key, { words: all, revision: revision + 1n });
  await store.saveConsents([{ tenantId, fingerprint, channel, purpose, words: all, revision: revision + 1n }]);
  return { fingerprint, status };
}

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${stack.service.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tenant.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

const address = '+4915112345678';
const said = { channel: 'sms', address, purpose: 'marketing', source: 'form' };
const grant = (over: object = {}, headers?: Record<string, string>) =>
  ask('POST', '/consents', { ...said, evidence: 'FORM-7', ...over }, headers);
const faultsOf = ({ body }: { body: Record<string, unknown> }) =>
  ((body['errors'] ?? []) as { field: string }[]).map(({ field }) => field);

describe('the register of consent', () => {
  it('keeps what a person allows by the hash of the address, whatever its spelling, and shows all that was said', async () => {
    const first = await grant({ at: '2026-05-01T10:00:00Z', wording: 'TERMS-2' });
    expect(first).toMatchObject({ status: 201, body: { status: 'granted', channel: 'sms', purpose: 'marketing' } });
    expect(faultsAgainst('ConsentAnswer', first.body)).toEqual([]);
    const print = createFingerprinter(stack.vault.fingerprintKey).address(tenant.tenantId, 'sms', address);
    expect(first.body['contactId']).toBe(print);
    const withdrawn = await ask('POST', '/consents/withdraw', { ...said, address: '+49 151 12345678' });
    expect(withdrawn).toMatchObject({ status: 201, body: { status: 'withdrawn', contactId: print } });
    const found = await ask('POST', '/consents/find', { channel: 'sms', address });
    expect(faultsAgainst('FoundConsents', found.body)).toEqual([]);
    expect(found.body).toMatchObject({
      contactId: print,
      items: [{ standing: 'withdrawn', words: [{ kind: 'withdrawn' }, { kind: 'granted', evidence: 'FORM-7' }] }],
    });
    const heard = `${stack.orchestrator.heard.map(({ raw }) => raw).join()}${stack.lines.join()}`;
    expect(heard).toContain(print);
    expect(heard).not.toContain('15112345678');
  });

  it('has a word once under its key, its header, or by its content where it says when', async () => {
    for (const [over, headers] of [
      [{ key: 'crm-1' }, {}],
      [{}, { 'Idempotency-Key': 'k-1' }],
      [{ at: '2026-05-01T10:00:00Z' }, {}],
    ] as const) {
      const [first, again] = [await grant(over, headers), await grant(over, headers)];
      expect([first.status, again.status, again.body['status']]).toEqual([201, 200, 'unchanged']);
      expect(again.body['consentId']).toBe(first.body['consentId']);
    }
    expect((await grant()).body['consentId']).not.toBe((await grant()).body['consentId']);
  });

  it('hears another word under a key that was used before: a withdrawal is no repeat of what it withdraws', async () => {
    const headers = { 'Idempotency-Key': 'crm-1' };
    const words = [
      await grant({}, headers),
      await ask('POST', '/consents/withdraw', said, headers),
      await grant({ purpose: 'transactional' }, headers),
    ];
    const ids = words.map(({ body }) => body['consentId']);
    expect(new Set(ids).size).toBe(3);
    expect((await ask('POST', '/consents/withdraw', said, headers)).body['consentId']).toBe(ids[1]);
  });

  it('is listed by how it stands and by person, a page at a time; of nobody known there is nothing', async () => {
    await grant({ at: '2026-05-01T10:00:00Z' });
    await grant({ channel: 'whatsapp', at: '2026-05-02T10:00:00Z', validUntil: '2026-05-03T10:00:00Z' });
    const page = await ask('GET', '/consents?limit=1');
    expect(faultsAgainst('ConsentPage', page.body)).toEqual([]);
    expect(page.body['items']).toMatchObject([{ channel: 'whatsapp' }]);
    const rest = await ask('GET', `/consents?limit=1&cursor=${String(page.body['nextCursor'])}`);
    expect(rest.body).toMatchObject({ items: [{ channel: 'sms', standing: 'granted' }] });
    expect(rest.body['nextCursor']).toBeUndefined();
    expect((await ask('GET', '/consents?standing=withdrawn')).body['items']).toEqual([]);
    expect((await ask('GET', '/consents?recipientId=nobody')).body).toEqual({ items: [] });
    expect(faultsOf(await ask('GET', '/consents?standing=perhaps'))).toEqual(['standing']);
    expect(faultsOf(await ask('GET', '/consents?contactId=x'))).toEqual(['contactId']);
  });

  it('takes many in one call, each with its own answer; the call can be repeated', async () => {
    const items: unknown[] = Array.from({ length: 250 }, (_each, i) => ({
      ...{ ...said, kind: i % 2 === 0 ? 'granted' : 'withdrawn', address: `+49151${String(10_000_000 + i)}` },
      ...{ key: `r${i}`, evidence: 'IMPORT-1' },
    }));
    items[7] = { ...said, kind: 'granted', evidence: 'in prose of course' };
    items[8] = { ...said, kind: 'perhaps' };
    const first = await ask('POST', '/consents/import', { items });
    expect(first.status).toBe(200);
    expect(faultsAgainst('ConsentImport', first.body)).toEqual([]);
    const told = first.body['items'] as { index: number; status: string; errors?: { field: string }[] }[];
    expect(told.map(({ index }) => index)).toEqual(items.map((_item, i) => i));
    expect(told.filter(({ status }) => status === 'refused')).toMatchObject([
      { index: 7, errors: [{ field: 'evidence' }] },
      { index: 8, errors: [{ field: 'kind' }] },
    ]);
    // On a busy machine some answers come too late to be waited for: those are held by the bus.
    const done = ({ status }: { status: string }): boolean => ['granted', 'withdrawn', 'accepted'].includes(status);
    expect(told.filter(done)).toHaveLength(248);
    const again = (await ask('POST', '/consents/import', { items })).body['items'] as { status: string }[];
    expect(again.filter(({ status }) => status === 'unchanged' || status === 'accepted')).toHaveLength(248);
    expect([...kept.values()].filter(({ words }) => words.length > 1)).toEqual([]);
  });

  it('takes no more than a thousand, and nothing that is no list', async () => {
    for (const body of [{ items: Array.from({ length: 1_001 }, () => ({})) }, { items: [] }, { items: {} }, []])
      expect((await ask('POST', '/consents/import', body)).status).toBe(422);
    expect(stack.orchestrator.contactCommands).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no address of its channel', { address: 'nobody' }, 'address'],
    ['prose for proof', { evidence: 'Ada said so' }, 'evidence'],
    ['without proof', { evidence: undefined }, 'evidence'],
    ['a purpose nobody knows', { purpose: 'fun' }, 'purpose'],
    ['of a time before anybody asked', { at: '1999-01-01T00:00:00Z' }, 'at'],
    ['over before it began', { at: '2026-05-02T00:00:00Z', validUntil: '2026-05-01T00:00:00Z' }, 'validUntil'],
    ['a field nobody knows', { ip: '10.0.0.1' }, 'ip'],
  ])('is not %s, and no value is repeated', async (_what, over, field) => {
    const answer = await grant(over);
    expect([answer.status, faultsOf(answer)]).toEqual([422, [field]]);
    expect(JSON.stringify(answer.body)).not.toMatch(/nobody|Ada|10\.0/);
    expect(stack.orchestrator.contactCommands).toEqual([]);
  });

  it('is one tenant’s alone', async () => {
    await grant();
    tenant = await stack.newTenant();
    expect((await ask('GET', '/consents')).body).toEqual({ items: [] });
    expect((await ask('POST', '/consents/find', { channel: 'sms', address })).body['items']).toEqual([]);
  });
});
