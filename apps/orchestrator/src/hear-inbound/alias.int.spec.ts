// Real: PostgreSQL with the roles, the fingerprints. Played: event store, projection, sealing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { outreachStream, type InboundItem, type OutreachEvent, type ProviderInbound } from '@homing/contracts';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import { accepted, at, committed, deliveryId, outreachId, request, started } from '@homing/testing/outreach-story';
import type { NewInbound } from '@homing/vault/desk';
import { createVaultIntake } from '@homing/vault/intake';
import { createFingerprinter, type Fingerprinter } from '@homing/vault/seal';
import { createSenderBook, createSuppressionStore, type SenderBook } from '@homing/vault/suppression';
import { startTestVault, type TestVault } from '../../../../libs/vault/src/database/vault.fixture.js';
import { acceptItem } from '../../../../libs/vault/src/intake/accept-item.fixture.js';
import { ContactKeeper } from '../suppress-contact/contact.keeper.js';
import { hearInbound } from './inbound.hearer.js';
import type { InboundParts } from './inbound.parts.js';

const ASKED = '+5511987654321';
const REACHED = '+551187654321';
const DIGEST = 'digest';
const WHATSAPP = { provider: 'whatsapp_cloud', channel: 'whatsapp', to: '1065', payloadDigest: DIGEST } as const;

let vault: TestVault;
let fingerprinter: Fingerprinter;
beforeAll(async () => {
  vault = await startTestVault();
  fingerprinter = createFingerprinter(vault.fingerprintKey);
});
afterAll(() => vault?.close());

let tenantId: string;
beforeEach(() => void (tenantId = randomUUID()));

/** The story, told by WhatsApp, to a number that its person was given; everything is heard for this tenant's account. */
async function stage(over: Partial<SenderBook> = {}) {
  const db = vault.as('vault_intake', 1);
  const intake = createVaultIntake({ db, ...vault.keys, fingerprintKey: vault.fingerprintKey });
  await intake.acceptRequests([acceptItem({ tenantId, recipientId: 'r', contacts: [['whatsapp', ASKED]] })]);
  const refOf = (number: string) => ({
    tenantId,
    fingerprint: fingerprinter.address(tenantId, 'whatsapp', number) ?? '',
  });
  const told = JSON.stringify([...committed, started(), accepted()])
    .replaceAll('"email"', '"whatsapp"')
    .replaceAll('"sendgrid"', '"whatsapp_cloud"')
    .replaceAll('"fp"', `"${refOf(ASKED).fingerprint}"`)
    .replaceAll(request.tenantId, tenantId);
  const store = new InMemoryEventStore();
  const recorded = { recordedAt: at(0), recordedBy: 'spec', schemaVersion: 1 };
  const metadata = { tenantId, correlationId: outreachId, causationId: 'c', ...recorded };
  const stream = outreachStream(outreachId);
  const decide = () => JSON.parse(told) as OutreachEvent[];
  await handleCommand(store, outreachFold, { stream, decide, commandId: 'put', metadata });
  const suppressions = createSuppressionStore(db);
  const book = { ...createSenderBook(db), ...over };
  const contacts = new ContactKeeper({
    ...{ store, contacts: suppressions, consents: { saveConsents: async () => undefined }, instance: 'spec' },
  });
  const [filed, facts]: [NewInbound[], string[]] = [[], []];
  const attempt = {
    outreachId,
    deliveryId,
    leg: 1,
    attempt: 1,
    tenantId,
    provider: 'whatsapp_cloud',
    startedAt: at(0),
  };
  const partsFor = (item: InboundItem): InboundParts => ({
    ...{ fingerprinter, book, suppressions, contacts },
    open: async () => item,
    queries: { attemptsByProviderMessage: async () => [], recentAttempts: async () => [attempt] },
    foldedStates: async () => new Map([[outreachId, await readOutreach(store, outreachId)]]),
    outreachOf: async (id) => (await readOutreach(store, id)).state,
    projection: { standingOf: async () => ({ kind: 'passed' }), forget: () => undefined },
    park: { park: async () => undefined },
    answer: async () => undefined,
    record: async (signals) => (facts.push(...signals.map(({ fact }) => fact)), []),
    file: { file: async (row) => (filed.push(row), true) },
    announce: async () => undefined,
    inboundId: ({ eventDigest }) => eventDigest,
    now: () => at(70),
  });
  const hear = async (item: InboundItem, account = tenantId): Promise<void> => {
    const { provider, channel, kind, providerEventId: eventDigest } = item;
    const message: ProviderInbound = { provider, channel, kind, eventDigest, receivedAt: at(61), sealed: 's' };
    await hearInbound(partsFor(item), { ...message, tenantId: account });
  };
  let said = 0;
  const says = (text: string, from = REACHED) =>
    hear({ ...WHATSAPP, kind: 'message', providerEventId: `m${(said += 1)}`, occurredAt: at(60 + said), from, text });
  const alias = (over: Partial<InboundItem> = {}): InboundItem => ({
    ...{ ...WHATSAPP, kind: 'alias', providerEventId: `alias:${deliveryId}:1`, occurredAt: at(2), from: REACHED },
    ...{ reached: { deliveryId, attempt: 1 }, ...over },
  });
  const held = () => suppressions.suppressedContacts([refOf(REACHED), refOf(ASKED)]);
  return { hear, says, alias, held, filed, facts, book, refOf, contacts };
}

describe('somebody who is reached under another number than they were written to', () => {
  it('stops and starts both numbers, and answers what was sent', async () => {
    const { hear, says, alias, held, filed, facts, refOf } = await stage();
    await hear(alias());
    await says('STOP');
    expect(await held()).toEqual(['unsubscribe', 'unsubscribe']);
    await says('START');
    expect(await held()).toEqual([undefined, undefined]);
    await says('Sounds good');
    expect(facts).toEqual(['unsubscribed', 'resubscribed', 'replied']);
    // Under the number that is a person's: what they wrote goes when they are erased.
    expect(new Set(filed.map(({ fingerprint }) => fingerprint))).toEqual(new Set([refOf(ASKED).fingerprint]));
    await says('STOP', ASKED);
    expect(await held()).toEqual(['unsubscribe', 'unsubscribe']);
  });

  it('is nobody we know as long as no provider has said so', async () => {
    const { says, held, facts, filed } = await stage();
    await says('STOP');
    expect(await held()).toEqual(['unsubscribe', undefined]);
    expect([facts, filed]).toMatchObject([[], [{ class: 'opt_out', outreachId: null }]]);
  });

  it('has stopped both where the word came first, and is not stopped again by hearing that anew', async () => {
    const { hear, says, alias, held, contacts, refOf } = await stage();
    await says('STOP');
    await hear(alias());
    expect(await held()).toEqual(['unsubscribe', 'unsubscribe']);
    const freed = { kind: 'resubscribe', ...refOf(ASKED), channel: 'whatsapp', causationId: 'x' } as const;
    await contacts.record({ command: { ...freed, at: at(90), now: at(90) }, commandId: 'freed' });
    await hear(alias({ providerEventId: 'alias:later' }));
    expect(await held()).toEqual(['unsubscribe', undefined]);
  });

  it('has stopped both where the word comes while that is being learnt', async () => {
    const real = createSenderBook(vault.as('vault_intake', 1));
    let meanwhile = (): Promise<void> => Promise.reject(new Error('nobody spoke'));
    const { hear, says, alias, held } = await stage({
      noteAlias: async (each) => (await meanwhile(), real.noteAlias(each)),
    });
    meanwhile = () => says('STOP');
    await hear(alias());
    expect(await held()).toEqual(['unsubscribe', 'unsubscribe']);
  });

  it('has stopped both where a crash came after that was learnt', async () => {
    const real = createSenderBook(vault.as('vault_intake', 1));
    let crashes = 1;
    const noteAlias: SenderBook['noteAlias'] = async (each) => {
      await real.noteAlias(each);
      if ((crashes -= 1) >= 0) throw new Error('crashed');
    };
    const { hear, says, alias, held } = await stage({ noteAlias });
    await says('STOP');
    await expect(hear(alias())).rejects.toThrow('crashed');
    await hear(alias());
    expect(await held()).toEqual(['unsubscribe', 'unsubscribe']);
  });

  it('is not made so by an account that did not send it, another provider, an attempt that never was, or the same number', async () => {
    const { hear, alias, book, refOf } = await stage();
    await hear(alias(), randomUUID());
    await hear(alias({ provider: 'twilio_whatsapp' }));
    await hear(alias({ reached: { deliveryId, attempt: 9 } }));
    await hear(alias({ reached: { deliveryId: `${randomUUID()}.1`, attempt: 1 } }));
    await hear(alias({ from: ASKED }));
    expect(await book.aliasesOf([refOf(ASKED), refOf(REACHED)])).toEqual([]);
    await hear(alias());
    expect(await book.aliasesOf([refOf(REACHED)])).toEqual([refOf(ASKED)]);
  });
});
