import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { startTestVault } from '../database/vault.fixture.js';
import type { TestVault } from '../database/vault.fixture.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { createVaultOpener } from '../open/vault.opener.js';
import { acceptItem } from './accept-item.fixture.js';
import type { AcceptResult, VaultIntake } from './intake.types.js';
import { createVaultIntake } from './vault.intake.js';

let vault: TestVault;
let owner: VaultDatabase;
let intake: VaultIntake;
const newIntake = (maxConnections = 4): VaultIntake =>
  createVaultIntake({
    db: vault.as('vault_intake', maxConnections),
    sealKey: vault.keys.sealKey,
    fingerprintKey: vault.fingerprintKey,
  });

beforeAll(async () => {
  vault = await startTestVault();
  owner = vault.as('owner');
  intake = newIntake(16);
});
afterAll(() => vault?.close());

const tenant = (): string => randomUUID();
const personsOf = (results: readonly AcceptResult[]): Set<string> =>
  new Set(
    results.map((result) => (result.kind === 'accepted' || result.kind === 'repeated' ? result.personId : result.kind)),
  );
const count = async (table: string, tenantId: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*)::int n from ${sql.table(`vault.${table}`)}
    where tenant_id = ${tenantId}`.execute(owner);
  return rows[0]?.n ?? -1;
};

describe('acceptRequests', () => {
  it('leads one recipient and one address to one person, in a batch and across batches', async () => {
    const tenantId = tenant();
    const [first, sameRecipient, sameAddress, stranger] = await intake.acceptRequests([
      acceptItem({ tenantId, recipientId: 'r1', contacts: [['email', 'ada@one.test']] }),
      acceptItem({ tenantId, recipientId: 'r1', contacts: [['sms', '+4915112345678']] }),
      acceptItem({ tenantId, recipientId: 'r2', contacts: [['email', 'Ada@ONE.test']] }),
      acceptItem({ tenantId, recipientId: 'r3', contacts: [['email', 'bob@one.test']] }),
    ]);
    expect(personsOf([first, sameRecipient, sameAddress] as AcceptResult[]).size).toBe(1);
    expect(personsOf([first, stranger] as AcceptResult[]).size).toBe(2);
    const later = await intake.acceptRequests([
      acceptItem({ tenantId, recipientId: 'r9', contacts: [['whatsapp', '+49 151 12345678']] }),
    ]);
    expect(personsOf(later)).toEqual(personsOf([first] as AcceptResult[]));
    expect(await count('person', tenantId)).toBe(2);
  });

  it('finds the person of a recipient again, of this tenant and of nobody unknown', async () => {
    const tenantId = tenant();
    const [accepted] = await intake.acceptRequests([
      acceptItem({ tenantId, recipientId: 'r1', contacts: [['email', 'eve@one.test']] }),
    ]);
    const found = await intake.findPerson({ tenantId, recipientId: 'r1' });
    expect(new Set([found])).toEqual(personsOf([accepted] as AcceptResult[]));
    expect(await intake.findPerson({ tenantId, recipientId: 'r2' })).toBeUndefined();
    expect(await intake.findPerson({ tenantId: tenant(), recipientId: 'r1' })).toBeUndefined();
    await owner.deleteFrom('vault.person_key').where('person_id', '=', found!).execute();
    expect(await intake.findPerson({ tenantId, recipientId: 'r1' })).toBeUndefined();
  });

  it('keeps tenants apart: the same recipient and address elsewhere is somebody else', async () => {
    const contacts = [['email', 'same@two.test']] as const;
    const results = await intake.acceptRequests([
      acceptItem({ tenantId: tenant(), recipientId: 'r', contacts }),
      acceptItem({ tenantId: tenant(), recipientId: 'r', contacts }),
    ]);
    expect(personsOf(results).size).toBe(2);
    const prints = results.flatMap((result) =>
      result.kind === 'accepted' ? result.contacts.map((c) => c.fingerprint) : [],
    );
    expect(new Set(prints).size).toBe(2);
  });

  it('lets the recipient id win over an address of another person, and says whose address it is', async () => {
    const tenantId = tenant();
    const [a, b] = await intake.acceptRequests([
      acceptItem({ tenantId, recipientId: 'a', contacts: [['email', 'a@three.test']] }),
      acceptItem({ tenantId, recipientId: 'b', contacts: [['email', 'b@three.test']] }),
    ]);
    const meet = acceptItem({
      tenantId,
      recipientId: 'b',
      contacts: [
        ['email', 'a@three.test'],
        ['email', 'b@three.test'],
      ],
    });
    const [met] = await intake.acceptRequests([meet]);
    expect(personsOf([met as AcceptResult])).toEqual(personsOf([b as AcceptResult]));
    const [personA] = personsOf([a as AcceptResult]);
    expect(met).toMatchObject({ contacts: [{ ordinal: 0, heldBy: personA }, { ordinal: 1 }] });
    expect(await count('person_ambiguity', tenantId)).toBe(1);
    expect(await intake.acceptRequests([meet])).toMatchObject([
      { kind: 'repeated', contacts: [{ heldBy: personA }, {}] },
    ]);
    const [record] = await intake.loadAccepted([meet.outreachId]);
    expect(record?.contacts[0]?.heldBy).toBe(personA);
    expect(record?.contacts[1]?.heldBy).toBeUndefined();
  });

  it('answers a repeat with the first answer and never seals it again', async () => {
    const tenantId = tenant();
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'r@four.test']] });
    const [first] = await intake.acceptRequests([item]);
    const before = await sql<{
      sealed: Buffer;
    }>`select sealed from vault.sealed_request where outreach_id = ${item.outreachId}`.execute(owner);
    const reordered = {
      ...item,
      acceptedAt: '2026-03-02T09:00:00.000Z',
      request: Object.fromEntries(Object.entries(item.request as object).reverse()),
    };
    expect(await intake.acceptRequests([reordered])).toEqual([{ ...first, kind: 'repeated' }]);
    const after = await sql<{
      sealed: Buffer;
    }>`select sealed from vault.sealed_request where outreach_id = ${item.outreachId}`.execute(owner);
    expect(after.rows).toEqual(before.rows);
  });

  it('refuses other content under the same outreach id, also within one batch, and stores nothing of it', async () => {
    const tenantId = tenant();
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'r@five.test']] });
    const other = {
      ...item,
      request: { changed: true },
      contacts: [{ channel: 'email' as const, address: 'x@five.test' }],
    };
    const results = await intake.acceptRequests([item, item, other]);
    expect(results.map((result) => result.kind)).toEqual(['accepted', 'repeated', 'different_content']);
    expect((await intake.acceptRequests([other]))[0]?.kind).toBe('different_content');
    expect((await intake.acceptRequests([{ ...item, tenantId: tenant() }]))[0]?.kind).toBe('different_content');
    expect(await count('person_address', tenantId)).toBe(1);
    expect(await count('sealed_request', tenantId)).toBe(1);
  });

  it('refuses what is no address or no JSON without disturbing the rest of the batch', async () => {
    const tenantId = tenant();
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    const results = await intake.acceptRequests([
      acceptItem({
        tenantId,
        recipientId: 'a',
        contacts: [
          ['email', 'fine@six.test'],
          ['email', 'not an address'],
        ],
      }),
      { ...acceptItem({ tenantId, recipientId: 'b', contacts: [['email', 'b@six.test']] }), request: deep },
      {
        ...acceptItem({ tenantId, recipientId: 'c', contacts: [['email', 'c@six.test']] }),
        source: 'nul\u0000',
        decisionInput: { nul: '\u0000\ud800' },
      },
    ]);
    expect(results[0]).toMatchObject({ kind: 'invalid', path: 'recipient.contacts.email[1]' });
    expect(results[1]).toMatchObject({ kind: 'invalid', path: '' });
    expect(results[2]).toMatchObject({ kind: 'accepted' });
    expect(await count('person', tenantId)).toBe(1);
    const [record] = await intake.loadAccepted([results[2]?.outreachId ?? '']);
    expect(record).toMatchObject({ source: 'nul', decisionInput: { nul: '\u0000\ud800' }, erased: false });
  });

  it('is exact when 32 batches meet over the same recipients and addresses', async () => {
    const tenantId = tenant();
    const shared = acceptItem({ tenantId, recipientId: 'p0', contacts: [['email', 'p0@seven.test']] });
    const batches = Array.from({ length: 32 }, (_, writer) => [
      ...Array.from({ length: 8 }, (_, i) => {
        const person = (i + writer) % 8; // every writer names the same eight, each in another order
        const contacts =
          writer % 2 === 0
            ? ([['email', `p${person}@seven.test`]] as const)
            : ([
                ['sms', `+49151000000${person}`],
                ['email', `P${person}@seven.test`],
              ] as const);
        return acceptItem({ tenantId, recipientId: writer % 3 === 0 ? `alias${person}` : `p${person}`, contacts });
      }),
      shared,
    ]);
    const results = (await Promise.all(batches.map((batch) => intake.acceptRequests(batch)))).flat();
    const byPerson = new Map<string, Set<string>>();
    for (const [at, result] of results.entries()) {
      const item = batches.flat()[at];
      const person = /p(\d)@/i.exec(item?.contacts.find((c) => c.channel === 'email')?.address ?? '')?.[1] as string;
      byPerson.set(person, new Set([...(byPerson.get(person) ?? []), ...personsOf([result])]));
    }
    expect([...byPerson.values()].map((ids) => ids.size)).toEqual(Array(8).fill(1));
    expect(results.filter((r) => r.outreachId === shared.outreachId && r.kind === 'accepted')).toHaveLength(1);
    expect(await count('person', tenantId)).toBe(8);
    expect(await count('person_key', tenantId)).toBe(8);
    expect(await count('sealed_request', tenantId)).toBe(32 * 8 + 1);
    const opener = createVaultOpener({ db: vault.as('vault_open'), openKey: vault.keys.openKey });
    const foreign = results.map(({ outreachId }) => ({ outreachId, tenantId: '00000000-0000-4000-8000-00000000ffff' }));
    const opened = await opener.openRequests(foreign);
    expect(opened.map((o) => o.kind)).toEqual(results.map(() => 'missing')); // another tenant: nothing opens
    const all = batches.flat();
    const read = await opener.openRequests(all);
    expect(read.map((o) => (o.kind === 'opened' ? o.request : o.kind))).toEqual(all.map((item) => item.request));
  });
});

describe('the sweeper', () => {
  it('lists exactly what is unfed and older, oldest first', async () => {
    await sql`update vault.sealed_request set fed_at = now()`.execute(owner);
    const tenantId = tenant();
    const items = [5, 3, 1, 4, 2].map((minute) =>
      acceptItem({
        tenantId,
        recipientId: `s${minute}`,
        contacts: [['email', `s${minute}@eight.test`]],
        acceptedAt: `2026-03-01T10:0${minute}:00.000Z`,
      }),
    );
    await intake.acceptRequests(items);
    await intake.markFed([items[4]?.outreachId ?? '', randomUUID()]);
    await intake.markFed([items[4]?.outreachId ?? '']);
    const unfed = await intake.listUnfed({ olderThan: '2026-03-01T10:05:00.000Z', limit: 10 });
    expect(unfed.map((row) => row.acceptedAt.slice(14, 16))).toEqual(['01', '03', '04']);
    expect(unfed[0]).toEqual({
      outreachId: items[2]?.outreachId,
      tenantId,
      sealedRef: `vault:request/${items[2]?.outreachId}`,
      acceptedAt: '2026-03-01T10:01:00.000Z',
      expiresAt: '2026-03-08T09:00:00.000Z',
      source: 'test',
    });
    expect(await intake.listUnfed({ olderThan: '2026-03-01T10:05:00.000Z', limit: 2 })).toHaveLength(2);
  });

  it('lists what is stated to have a stream, page by page, and takes the statement back', async () => {
    await sql`update vault.sealed_request set fed_at = null`.execute(owner);
    const tenantId = tenant();
    const items = [1, 2, 3, 4].map((minute) => ({
      ...acceptItem({
        ...{ tenantId, recipientId: `l${minute}`, contacts: [['email', `l${minute}@nine.test`]] },
        acceptedAt: `2026-03-01T10:0${minute}:00.000Z`,
      }),
      // The last but one has expired.
      expiresAt: minute === 3 ? '2026-03-02T00:00:00.000Z' : '2999-01-01T00:00:00.000Z',
    }));
    await intake.acceptRequests(items);
    const ids = items.map((item) => item.outreachId);
    await intake.markFed(ids);
    const query = { acceptedBefore: '2026-03-01T10:04:00.000Z', limit: 1 };
    const [first = ''] = await intake.listFed(query);
    const [second = ''] = await intake.listFed({ ...query, afterId: first });
    expect([first, second]).toEqual(ids.slice(0, 2).toSorted());
    expect(await intake.listFed({ ...query, afterId: second })).toEqual([]);
    expect(await intake.markLost([first, first, randomUUID()])).toBe(1);
    expect(await intake.listFed({ ...query, limit: 10 })).toEqual([second]);
    const unfed = await intake.listUnfed({ olderThan: '2026-03-01T11:00:00.000Z', limit: 500 });
    expect(unfed.map((row) => row.outreachId)).toContain(first);
  });

  it('names what is unfed of one campaign of one tenant', async () => {
    const [tenantId, campaignKey] = [tenant(), randomUUID()];
    const of = (key: string | undefined, own: { tenantId?: string; nul?: string } = {}) => ({
      ...acceptItem({
        tenantId: own.tenantId ?? tenantId,
        recipientId: randomUUID(),
        contacts: [['email', 'c@ten.test']],
      }),
      decisionInput: { requested: { campaignKey: key, said: own.nul } },
    });
    const items = [
      of(campaignKey),
      of(campaignKey, { nul: '\u0000' }),
      of(campaignKey),
      of(undefined),
      of(randomUUID()),
    ];
    await intake.acceptRequests([...items, of(campaignKey, { tenantId: tenant() })]);
    await intake.markFed([items[2]?.outreachId ?? '']);
    const query = { tenantId, campaignKey, limit: 10 };
    const expected = items.slice(0, 2).map((item) => item.outreachId);
    expect((await intake.listUnfedOfCampaign(query)).toSorted()).toEqual(expected.toSorted());
    expect(await intake.listUnfedOfCampaign({ ...query, limit: 1 })).toHaveLength(1);
  });
});
