import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { startTestVault } from '../database/vault.fixture.js';
import type { TestVault } from '../database/vault.fixture.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import type { AcceptItem, AcceptResult, VaultIntake } from '../intake/intake.types.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import type { VaultOpener } from '../open/open.types.js';
import { createVaultOpener } from '../open/vault.opener.js';
import type { VaultEraser } from './erase.types.js';
import { createVaultEraser } from './vault.eraser.js';

let vault: TestVault;
let intake: VaultIntake;
let opener: VaultOpener;
let eraser: VaultEraser;

beforeAll(async () => {
  vault = await startTestVault();
  intake = createVaultIntake({ db: vault.as('vault_intake', 8), ...vault.keys, fingerprintKey: vault.fingerprintKey });
  opener = createVaultOpener({ db: vault.as('vault_open'), openKey: vault.keys.openKey });
  eraser = createVaultEraser({ db: vault.as('vault_api', 8), fingerprintKey: vault.fingerprintKey });
});
afterAll(() => vault?.close());

const personOf = (result: AcceptResult | undefined): string =>
  result?.kind === 'accepted' || result?.kind === 'repeated' ? result.personId : '';

describe('erasePerson', () => {
  it('makes opening impossible, also with a warm cache, and leaves the moment and the repeat guard', async () => {
    const tenantId = randomUUID();
    const item = acceptItem({ tenantId, recipientId: 'r1', contacts: [['email', 'gone@erase.test']] });
    const [accepted] = await intake.acceptRequests([item]);
    const personId = personOf(accepted);
    expect(await opener.openRequests([item])).toEqual([
      { kind: 'opened', outreachId: item.outreachId, request: item.request },
    ]);
    expect(await opener.exportPerson({ tenantId, personId })).toMatchObject({
      kind: 'exported',
      requests: [{ request: item.request }],
    });
    expect(await eraser.findPerson({ tenantId, recipientId: 'r1' })).toBe(personId);

    const erased = await eraser.erasePerson({ tenantId, personId });
    expect(erased).toMatchObject({ kind: 'erased', personId });
    expect(await eraser.erasePerson({ tenantId, personId })).toEqual(erased);

    expect(await opener.openRequests([item])).toEqual([{ kind: 'erased', outreachId: item.outreachId }]);
    expect((await opener.exportPerson({ tenantId, personId })).kind).toBe('erased');
    expect(await eraser.findPerson({ tenantId, recipientId: 'r1' })).toBeUndefined();
    expect(await intake.loadAccepted([item.outreachId])).toMatchObject([
      { erased: true, contacts: [], decisionInput: null },
    ]);
    expect(await intake.acceptRequests([item])).toMatchObject([{ kind: 'repeated', personId, contacts: [] }]);
    const [again] = await intake.acceptRequests([{ ...item, outreachId: randomUUID() }]);
    expect(again?.kind).toBe('accepted');
    expect(personOf(again)).not.toBe(personId);
    for (const table of ['person_key', 'person_recipient', 'person_address', 'person_ambiguity'])
      expect(
        (
          await sql`select 1 from ${sql.table(`vault.${table}`)} where person_id = ${personId}`.execute(
            vault.as('owner'),
          )
        ).rows,
      ).toEqual([]);
  });

  it('leaves of a request that nobody has decided what it counts for, and nothing else', async () => {
    const tenantId = randomUUID();
    const kept = {
      ...{ messageType: 'cold', strategy: 'single', urgency: 'high', via: 'bus', campaignKey: randomUUID() },
      content: { kind: 'literal', channels: ['email'] },
    };
    const requested = {
      ...kept,
      subject: { type: 'lead', key: 'hash' },
      contentKey: 'hash',
      locale: 'de\u0000',
      timeZone: '","campaignKey":"x',
    };
    const decisionInput = { requested, inputs: { optedOut: ['sms'] } };
    const [waiting, decided] = ['waiting', 'decided'].map((name) => ({
      ...acceptItem({ tenantId, recipientId: name, contacts: [['email', 'undecided@erase.test']] }),
      decisionInput,
    })) as [AcceptItem, AcceptItem];
    const [accepted] = await intake.acceptRequests([waiting, decided]);
    await intake.markFed([decided.outreachId]);
    await eraser.erasePerson({ tenantId, personId: personOf(accepted) });
    const of = { tenantId, campaignKey: kept.campaignKey, limit: 9 };
    expect(await intake.listUnfedOfCampaign(of)).toEqual([waiting.outreachId]);
    const records = await intake.loadAccepted([waiting.outreachId, decided.outreachId]);
    const left = new Map(records.map((record) => [record.outreachId, record.decisionInput]));
    expect(left.get(waiting.outreachId)).toEqual({ requested: kept, inputs: {} });
    expect(left.get(decided.outreachId)).toBeNull();
  });

  it('finds nobody of another tenant', async () => {
    const tenantId = randomUUID();
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'stays@erase.test']] });
    const [accepted] = await intake.acceptRequests([item]);
    const stranger = { tenantId: randomUUID(), personId: personOf(accepted) };
    expect(await eraser.erasePerson(stranger)).toEqual({ kind: 'missing' });
    expect(await opener.exportPerson(stranger)).toEqual({ kind: 'missing' });
    expect(await opener.openRequests([{ outreachId: item.outreachId, tenantId: stranger.tenantId }])).toEqual([
      { kind: 'missing', outreachId: item.outreachId },
    ]);
    expect((await opener.openRequests([item]))[0]?.kind).toBe('opened');
  });

  it('races intake without leaving anything readable or half: each request opens, or says erased', async () => {
    const tenantId = randomUUID();
    const wish = { tenantId, recipientId: 'racer', contacts: [['email', 'racer@erase.test']] as const };
    const [seed] = await intake.acceptRequests([acceptItem(wish)]);
    const items = Array.from({ length: 24 }, () => acceptItem(wish));
    const [erased, ...results] = await Promise.all([
      eraser.erasePerson({ tenantId, personId: personOf(seed) }),
      ...items.map((item) => intake.acceptRequests([item])),
    ]);
    expect(erased.kind).toBe('erased');
    const opened = await opener.openRequests(items);
    for (const [at, [result]] of results.entries())
      expect(opened[at]?.kind).toBe(personOf(result) === personOf(seed) ? 'erased' : 'opened');
    const { rows } = await sql`select 1 from vault.sealed_request where tenant_id = ${tenantId} and live_key is null
      and (sealed is not null or decision_input is not null or contacts <> '[]')`.execute(vault.as('owner'));
    expect(rows).toEqual([]);
    expect(new Set(results.map(([result]) => personOf(result))).size).toBeLessThanOrEqual(2);
  });
});

describe('what lies in the database', () => {
  it('holds no personal canary in any table, as text or as bytes', async () => {
    const tenantId = randomUUID();
    const canaries = {
      address: 'canary-7f3a@zimtstern.test',
      phone: '4915199887766',
      id: 'crm-canary-id-55',
      word: 'Zimtsternkanarie',
    };
    const item = acceptItem({
      tenantId,
      recipientId: canaries.id,
      contacts: [
        ['email', canaries.address],
        ['sms', `+${canaries.phone}`],
      ],
      data: { firstName: canaries.word },
    });
    await intake.acceptRequests([item]);
    const db = vault.as('owner');
    const { rows: tables } = await sql<{ name: string }>`select format('%I.%I', schemaname, tablename) as name
      from pg_tables where schemaname in ('vault', 'registry')`.execute(db);
    expect(tables.length).toBeGreaterThan(10);
    const dumped = await Promise.all(
      tables.map(
        async ({ name }) =>
          (await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t`.execute(db)).rows,
      ),
    );
    const dump = dumped
      .flat()
      .map(({ row }) => row)
      .join('\n')
      .toLowerCase();
    expect(dump).toContain(item.outreachId); // the dump did reach the row
    for (const canary of [...Object.values(canaries), 'canary-7f3a', 'zimtstern'])
      for (const spelling of [canary, Buffer.from(canary).toString('hex'), Buffer.from(canary).toString('base64')])
        expect(dump.includes(spelling.toLowerCase())).toBe(false);
  });
});
