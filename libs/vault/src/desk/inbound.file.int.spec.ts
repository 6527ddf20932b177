// Real: Postgres with this release's schema, roles and row-level security.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createVaultEraser } from '../erase/vault.eraser.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import { createInboundView } from '../letters/inbound.view.js';
import { createSenderBook, type SenderBook } from '../suppression/sender.book.js';
import { createSuppressionStore } from '../suppression/suppression.store.js';
import { createSuppressionView } from '../suppression/suppression.view.js';
import { createInboundFile, type InboundFile, type NewInbound } from './inbound.file.js';

let vault: TestVault;
let file: InboundFile;
let book: SenderBook;
let tenantId: string;

beforeAll(async () => {
  vault = await startTestVault();
  file = createInboundFile(vault.as('vault_desk'));
  book = createSenderBook(vault.as('vault_intake'));
});
afterAll(() => vault?.close());
beforeEach(() => void (tenantId = randomUUID()));

const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();
const message = (over: Partial<NewInbound> = {}): NewInbound => ({
  ...{ id: randomUUID(), tenantId, sealedTenant: null, provider: 'twilio', eventDigest: randomUUID() },
  ...{ channel: 'sms', class: 'reply', fingerprint: 'f', mask: '+***78', outreachId: null, deliveryId: null },
  ...{ occurredAt: at(1), receivedAt: at(2), sealed: 'c2VhbGVk' },
  ...over,
});

describe('what people wrote', () => {
  it('is filed once, and listed to its tenant alone, newest first, by page and kind', async () => {
    const view = createInboundView(vault.as('vault_api'));
    const [one, two, three] = [
      message(),
      message({ receivedAt: at(3), class: 'other', outreachId: randomUUID() }),
      message({ receivedAt: at(4), channel: 'email' }),
    ];
    expect(await file.file(one)).toBe(true);
    expect(await file.file({ ...one, id: randomUUID(), class: 'other' })).toBe(false);
    await file.file(two);
    await file.file(three);
    await file.file(message({ tenantId: randomUUID() }));
    const nobodys = message({ tenantId: null });
    await file.file(nobodys);
    const elsewhere = randomUUID();
    const ofAnother = { ...one, id: randomUUID(), tenantId: elsewhere, sealedTenant: elsewhere };
    expect([await file.file(ofAnother), await file.file({ ...ofAnother, id: randomUUID() })]).toEqual([true, false]);
    const idsOf = (page: { items: readonly { id: string }[] }) => page.items.map(({ id }) => id);
    const first = await view.list({ tenantId, limit: 2 });
    expect(idsOf(first)).toEqual([three.id, two.id]);
    const cursor = first.nextCursor ?? '';
    expect(await view.list({ tenantId, limit: 2, cursor })).toEqual({
      items: [expect.objectContaining({ id: one.id })],
    });
    expect(idsOf(await view.list({ tenantId, limit: 9, class: 'reply', channel: 'sms' }))).toEqual([one.id]);
    expect(idsOf(await view.list({ tenantId, limit: 9, outreachId: two.outreachId ?? '' }))).toEqual([two.id]);
    expect(await view.find({ tenantId, id: one.id })).toMatchObject({ mask: '+***78', class: 'reply' });
    expect(await view.find({ tenantId: randomUUID(), id: one.id })).toBeUndefined();
    // What belongs to no tenant is for operators, who ask for it.
    const ofNobody = { tenantId, owner: 'installation', limit: 9 } as const;
    expect(idsOf(await view.list({ ...ofNobody, operator: true }))).toContain(nobodys.id);
    expect(idsOf(await view.list(ofNobody))).toEqual([]);
    expect(idsOf(await view.list({ tenantId, operator: true, limit: 9 }))).not.toContain(nobodys.id);
    expect(await view.find({ tenantId, operator: true, id: nobodys.id })).toMatchObject({ id: nobodys.id });
    expect(await view.find({ tenantId, id: nobodys.id })).toBeUndefined();
    await expect(view.list({ tenantId, limit: 1, cursor: 'nonsense' })).rejects.toThrow('cursor');
  });

  it('can be read by the desk until its person is erased; then neither text nor mask nor time is left', async () => {
    const parts = { ...vault.keys, fingerprintKey: vault.fingerprintKey };
    const intake = createVaultIntake({ db: vault.as('vault_intake'), ...parts });
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['sms', '+4915112345678']] });
    const [accepted] = await intake.acceptRequests([item]);
    const { personId, contacts } = accepted as Extract<typeof accepted, { kind: 'accepted' | 'repeated' }>;
    const fingerprint = contacts[0]?.fingerprint ?? '';
    expect(
      await book.personsAt([
        { tenantId, fingerprint },
        { tenantId, fingerprint: 'x' },
      ]),
    ).toEqual([{ tenantId, fingerprint, personId }]);
    const filed = message({ fingerprint });
    await file.file(filed);
    await book.noteInbound({ tenantId, fingerprint, channel: 'sms', at: at(1) });
    expect(await file.find(filed.id)).toMatchObject({ sealed: filed.sealed, tenantId, eventDigest: filed.eventDigest });
    await createVaultEraser({ db: vault.as('vault_api'), ...parts }).erasePerson({ tenantId, personId });
    expect(await file.find(filed.id)).toMatchObject({ sealed: null });
    expect(await createInboundView(vault.as('vault_api')).find({ tenantId, id: filed.id })).toMatchObject({
      mask: null,
    });
    expect(await book.lastInbound([{ tenantId, fingerprint }])).toEqual([]);
  });

  it('from an address under which a person is reached is theirs, whichever is named, until they are erased', async () => {
    const parts = { ...vault.keys, fingerprintKey: vault.fingerprintKey };
    const intake = createVaultIntake({ db: vault.as('vault_intake'), ...parts });
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['whatsapp', '+5511987654321']] });
    const [accepted] = await intake.acceptRequests([item]);
    const { personId, contacts } = accepted as Extract<typeof accepted, { kind: 'accepted' | 'repeated' }>;
    const asked = contacts[0]?.fingerprint ?? '';
    const [reached, other] = [
      { tenantId, alias: 'reached', asked },
      { tenantId: randomUUID(), alias: 'reached', asked },
    ];
    for (const alias of [reached, reached, other]) await book.noteAlias(alias);
    const [one, two] = [
      { tenantId, fingerprint: 'reached' },
      { tenantId, fingerprint: asked },
    ];
    expect(await book.aliasesOf([one])).toEqual([two]);
    expect(await book.aliasesOf([two])).toEqual([one]);
    expect(await book.aliasesOf([one, two, { tenantId, fingerprint: 'nobody' }])).toEqual([]);
    const suppressions = createSuppressionStore(vault.as('vault_intake'));
    const held = { reasons: [{ reason: 'unsubscribe' as const, since: at(1) }], revision: 0n };
    await suppressions.saveContacts([{ ...one, ...held, channel: 'whatsapp', mask: '+***21' }]);
    await book.noteInbound({ ...one, channel: 'whatsapp', at: at(1) });
    await createVaultEraser({ db: vault.as('vault_api'), ...parts }).erasePerson({ tenantId, personId });
    expect([await book.aliasesOf([one, two]), await book.lastInbound([one])]).toEqual([[], []]);
    expect(await createSuppressionView(vault.as('vault_api')).find(one)).toMatchObject({ mask: null });
    expect(await book.aliasesOf([{ ...one, tenantId: other.tenantId }])).toHaveLength(1);
  });

  it('is remembered by its latest time, whatever order it came in', async () => {
    const of = { tenantId, fingerprint: 'g', channel: 'whatsapp' } as const;
    for (const second of [5, 9, 7]) await book.noteInbound({ ...of, at: at(second) });
    expect(await book.lastInbound([of, of, { tenantId, fingerprint: 'h' }])).toEqual([{ ...of, at: at(9) }]);
  });
});

describe('rights', () => {
  it.each([
    ['vault_api', 'select sealed from desk.inbound_message'],
    ['vault_api', 'select fingerprint from desk.inbound_message'],
    ['vault_api', 'select at from vault.last_inbound'],
    ['vault_intake', 'select id from desk.inbound_message'],
    ['vault_intake', 'delete from vault.contact_alias'],
    ['vault_intake', "update vault.contact_alias set asked = 'x'"],
    ['vault_api', 'select alias from vault.contact_alias'],
    ['vault_open', 'select alias from vault.contact_alias'],
    ['vault_open', 'select at from vault.last_inbound'],
    ['vault_desk', 'delete from desk.inbound_message'],
  ] as const)('%s may not: %s', async (role, statement) => {
    const run = vault
      .as(role)
      .transaction()
      .execute(async (trx) => {
        await sql`select set_config('homing.tenant', ${tenantId}, true)`.execute(trx);
        await sql.raw(statement).execute(trx);
      });
    await expect(run).rejects.toMatchObject({ code: '42501' });
  });
});
