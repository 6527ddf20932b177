import { describe, expect, it } from '@jest/globals';
import { outreachStream, type ContactCommandMessage, type ProviderSignal } from '@homing/contracts';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import {
  accepted,
  at,
  committed,
  deliveryId,
  outreachId,
  plan,
  request,
  started,
  T0,
} from '@homing/testing/outreach-story';
import { plainBooks } from '../keep-books/books.fixture.js';
import { recordBatch } from '../record-signal/record.batch.js';
import { obeyContactCommand } from './contact-command.controller.js';
import { keptContacts } from './kept-contacts.fixture.js';

const { tenantId } = request;
const { fingerprint, mask } = plan.contact;
const metadata = {
  tenantId,
  correlationId: outreachId,
  causationId: 'c',
  recordedAt: T0,
  recordedBy: 'spec',
  schemaVersion: 1,
};

const signal = (fact: ProviderSignal['fact'], second = 10, over: Partial<ProviderSignal> = {}): ProviderSignal => ({
  fact,
  occurredAt: at(second),
  providerEventId: `e-${fact}-${second}`,
  provider: 'sendgrid',
  channel: 'email',
  tenantId,
  deliveryId,
  attempt: 1,
  receivedAt: at(second),
  payloadDigest: 'd',
  ...over,
});

async function stage() {
  const store = new InMemoryEventStore();
  const decide = () => [...committed, started(), accepted()];
  await handleCommand(store, outreachFold, { stream: outreachStream(outreachId), decide, commandId: 'put', metadata });
  const kept = keptContacts(store);
  const now = () => at(3600);
  const { rulesOfBatch: _batch, ...books } = plainBooks(store, now);
  const parts = {
    ...books,
    contacts: kept.contacts,
    store,
    foldedStates: () => Promise.resolve(new Map()),
    instance: 'spec',
    now,
  };
  const hear = (...signals: ProviderSignal[]) => recordBatch(parts, signals);
  let messages = 0;
  const obey = (message: ContactCommandMessage, id = `m${(messages += 1)}`) => obeyContactCommand(parts, message, id);
  return { ...kept, hear, obey };
}

describe('what providers say of an address', () => {
  it('stands in its stream and in the gate’s table when the signal is acknowledged', async () => {
    const { hear, events, table } = await stage();
    expect(await hear(signal('bounced', 10, { subtype: 'hard' }))).toMatchObject([{ status: 'fulfilled' }]);
    const said = { tenantId, fingerprint, channel: 'email', reason: 'hard_bounce', at: at(10), mask };
    expect(await events(fingerprint)).toMatchObject([{ type: 'ContactSuppressed', data: said }]);
    expect(table.get(fingerprint)).toEqual({
      tenantId,
      fingerprint,
      channel: 'email',
      mask,
      reasons: [{ reason: 'hard_bounce', since: at(10) }],
      revision: 0n,
    });
  });

  it('is said once, however often and in whatever company it is heard', async () => {
    const { hear, events, reasons } = await stage();
    const unsubscribed = signal('unsubscribed');
    await hear(unsubscribed, signal('opened'), unsubscribed);
    await Promise.all(Array.from({ length: 46 }, () => hear(unsubscribed)));
    expect(await events(fingerprint)).toHaveLength(1);
    expect(reasons(fingerprint)).toEqual(['unsubscribe']);
  });

  it('counts by when it happened, whatever came first', async () => {
    const { hear, reasons } = await stage();
    await hear(signal('resubscribed', 30));
    await hear(signal('unsubscribed', 20), signal('complained', 10));
    expect(reasons(fingerprint)).toEqual(['complaint']);
    await hear(signal('unsubscribed', 40));
    expect(reasons(fingerprint)).toEqual(['complaint', 'unsubscribe']);
  });

  it.each<[string, ProviderSignal]>([
    ['a soft bounce', signal('bounced', 10, { subtype: 'soft' })],
    ['a delivery', signal('delivered')],
    ['another tenant’s word', signal('complained', 10, { tenantId: '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff' })],
    ['a word about an attempt nobody made', signal('complained', 10, { attempt: 7 })],
  ])('is nothing: %s', async (_what, word) => {
    const { hear, events, table } = await stage();
    await hear(word);
    expect(await events(fingerprint)).toEqual([]);
    expect(table.size).toBe(0);
  });

  it('is not acknowledged before the gate knows; heard again it reaches the gate, and is said once', async () => {
    const { hear, events, reasons, outage } = await stage();
    outage.failures = 1;
    expect(await hear(signal('complained'))).toMatchObject([
      { status: 'rejected', reason: { message: 'database away' } },
    ]);
    expect([reasons(fingerprint), (await events(fingerprint)).length]).toEqual([undefined, 1]);
    expect(await hear(signal('complained'))).toMatchObject([{ status: 'fulfilled' }]);
    expect([reasons(fingerprint), (await events(fingerprint)).length]).toEqual([['complaint'], 1]);
  });

  it('said by many at once leaves the table as the stream stands', async () => {
    const { hear, events, table } = await stage();
    const facts = ['unsubscribed', 'resubscribed', 'complained', 'bounced'] as const;
    await Promise.all(Array.from({ length: 40 }, (_, i) => hear(signal(facts[i % 4] ?? 'complained', i + 1))));
    const said = await events(fingerprint);
    expect(table.get(fingerprint)?.revision).toBe(BigInt(said.length - 1));
    expect(table.get(fingerprint)?.reasons.map(({ reason }) => reason)).toEqual(['complaint', 'hard_bounce']);
  });
});

describe('what an operator says of an address', () => {
  const of = { tenantId, fingerprint, channel: 'email', by: 'key:k' } as const;
  const suppress = { kind: 'suppress', ...of, mask, note: 'TICKET-1' } as const;
  const lift = { kind: 'lift', ...of, because: 'mistake' } as const;

  it('holds it back until it is lifted, and says so', async () => {
    const { obey, table, reasons } = await stage();
    expect(await obey(suppress)).toEqual({ fingerprint, status: 'suppressed' });
    expect(table.get(fingerprint)?.reasons).toMatchObject([{ reason: 'manual', by: 'key:k', note: 'TICKET-1' }]);
    expect(await obey(suppress)).toEqual({ fingerprint, status: 'unchanged' });
    expect(await obey(lift)).toEqual({ fingerprint, status: 'lifted' });
    expect(reasons(fingerprint)).toEqual([]);
    expect(await obey(lift)).toEqual({ fingerprint, status: 'unchanged' });
  });

  it('lifts what a provider said, once, also where the message comes twice', async () => {
    const { obey, hear, events, reasons } = await stage();
    await hear(signal('bounced'));
    await Promise.all([obey(lift, 'm'), obey(lift, 'm')]);
    expect(reasons(fingerprint)).toEqual([]);
    expect((await events(fingerprint)).map(({ type }) => type)).toEqual(['ContactSuppressed', 'ContactUnsuppressed']);
    await hear(signal('bounced'));
    expect(reasons(fingerprint)).toEqual([]);
  });
});

describe('what a person allows', () => {
  const of = { tenantId, fingerprint, channel: 'sms', purpose: 'marketing', source: 'form', by: 'key:k' } as const;
  const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
  const grant = (n: number, at: string) =>
    ({ ...of, kind: 'grant_consent', consentId: id(n), evidence: 'FORM-7', at }) as const;
  const withdraw = (n: number, at: string) => ({ ...of, kind: 'withdraw_consent', consentId: id(n), at }) as const;

  it('is kept with all that was said, and the latest word counts, whatever came in first', async () => {
    const { obey, register, table } = await stage();
    expect(await obey(withdraw(2, at(20)))).toEqual({ fingerprint, status: 'withdrawn' });
    expect(await obey(grant(1, at(10)))).toEqual({ fingerprint, status: 'granted' });
    expect(await obey(grant(1, at(10)))).toEqual({ fingerprint, status: 'unchanged' });
    expect(register.get(`${fingerprint} sms marketing`)).toMatchObject({
      revision: 1n,
      words: [
        { kind: 'withdrawn', consentId: id(2) },
        { kind: 'granted', consentId: id(1), evidence: 'FORM-7', by: 'key:k' },
      ],
    });
    // Who was never held back is not written down as free.
    expect(table.size).toBe(0);
  });

  it('is acknowledged once the gate knows; said again it mends what a crash left behind', async () => {
    const { obey, register, outage } = await stage();
    outage.failures = 1;
    await expect(obey(withdraw(1, at(10)))).rejects.toThrow('database away');
    expect(register.size).toBe(0);
    expect(await obey(withdraw(1, at(10)))).toEqual({ fingerprint, status: 'unchanged' });
    expect(register.get(`${fingerprint} sms marketing`)?.words).toMatchObject([{ kind: 'withdrawn' }]);
  });

  it('is no suppression: a stop holds the address back, and START brings back what was allowed', async () => {
    const { obey, hear, register, reasons } = await stage();
    await obey(grant(1, at(5)));
    await hear(signal('unsubscribed', 20));
    expect(reasons(fingerprint)).toEqual(['unsubscribe']);
    await hear(signal('resubscribed', 30));
    expect(reasons(fingerprint)).toEqual([]);
    expect(register.get(`${fingerprint} sms marketing`)?.words).toMatchObject([{ kind: 'granted' }]);
  });
});
