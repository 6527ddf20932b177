import { describe, expect, it } from '@jest/globals';
import { acceptedRef, createIdDeriver, outreachStream, type CloudEvent } from '@homing/contracts';
import { DEFAULT_POLICY, type KnownConsent } from '@homing/domain';
import { InMemoryEventStore } from '@homing/event-store/memory';
import type { IntakeItem, IntakeResult } from '@homing/intake';
import type { Outgoing } from '@homing/messaging';
import type { AcceptedRecord } from '@homing/vault/intake';
import { plainBooks } from '../keep-books/books.fixture.js';
import { OutreachDecider, type DeciderParts } from './outreach.decider.service.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const ids = createIdDeriver('5a7c1e56-3a5f-4f0e-9a44-7b1b6f1c1d10');
const T0 = '2026-05-01T10:00:00.000Z';

/** The vault as far as the orchestrator sees it. */
function recordOf(outreachId: string, over: Partial<AcceptedRecord> = {}): AcceptedRecord {
  const requested = {
    outreachId,
    tenantId,
    messageType: 'm',
    strategy: 'single',
    urgency: 'normal',
    content: { kind: 'literal', channels: ['email'] },
    via: 'bus',
  };
  const decisionInput = { requested, inputs: { optedOut: [], contentChannels: ['email'] } };
  const contacts = [{ channel: 'email' as const, ordinal: 0, fingerprint: 'f', mask: 'm' }];
  return {
    outreachId,
    tenantId,
    personId: 'p',
    contacts,
    decisionInput,
    acceptedAt: T0,
    expiresAt: null,
    source: 'bus',
    erased: false,
    fed: false,
    ...over,
  };
}

function stage(over: Partial<DeciderParts> = {}) {
  const store = new InMemoryEventStore();
  const records = new Map<string, AcceptedRecord>();
  const published: Outgoing[] = [];
  const answers: unknown[] = [];
  const fed: string[] = [];
  const { books, suppressed, rulesOfBatch: rulesOf } = plainBooks(store, () => T0);
  const parts: DeciderParts = {
    store,
    vault: {
      loadAccepted: (wanted) => Promise.resolve(wanted.flatMap((id) => records.get(id) ?? [])),
      markFed: (outreachIds) => Promise.resolve(void fed.push(...outreachIds)),
    },
    intake: { takeIn: (items) => Promise.resolve(items.map((item) => accept(item, records))) },
    publisher: {
      publishMany: (messages) => {
        published.push(...messages);
        return Promise.resolve(
          messages.map(() => ({
            status: 'fulfilled' as const,
            value: { stream: 'DISPATCH', seq: 1, duplicate: false },
          })),
        );
      },
    },
    bus: { notify: (_subject, data) => (answers.push(data), true) },
    policy: DEFAULT_POLICY,
    foldedStates: () => Promise.resolve(new Map()),
    window: { room: () => Promise.resolve(600), took: () => undefined },
    books,
    suppressed,
    rulesOf,
    instance: 'spec',
    now: () => T0,
    ...over,
  };
  return { store, records, published, answers, fed, decider: new OutreachDecider(parts) };
}

function accept(item: IntakeItem, records: Map<string, AcceptedRecord>): IntakeResult {
  const outreachId = ids.outreachId(item.tenantId, item.source, item.requestId);
  records.set(outreachId, recordOf(outreachId));
  return { kind: 'accepted', outreachId };
}

const reference = (outreachId: string): CloudEvent => ({
  specversion: '1.0',
  id: outreachId,
  source: 'homing/api',
  type: 'outreach.requested',
  dataref: acceptedRef(outreachId),
});
const body = {
  tenantId,
  recipient: { id: 'r', contacts: { email: 'a@x.test' } },
  content: { literal: { email: { text: 'hi' } } },
};
const withData = (id: string, data: unknown = body): CloudEvent => ({
  specversion: '1.0',
  id,
  source: 'crm',
  type: 'outreach.requested',
  data,
});

function deep(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let i = 0; i < levels; i += 1) value = { value };
  return value;
}

describe('the orchestrator, given outreach.requested', () => {
  it('seals, commits, dispatches and marks what came with data', async () => {
    const { decider, store, published, fed } = stage();
    await decider.decide({ event: withData('q-1') });
    const outreachId = ids.outreachId(tenantId, 'bus:crm', 'q-1');
    const read = await store.readStream(outreachStream(outreachId));
    expect(read.kind === 'found' && read.events.map((event) => event.type)).toEqual([
      'OutreachRequested',
      'OutreachDecided',
      'DeliveryScheduled',
    ]);
    expect(published.map((message) => message.key)).toEqual([`${outreachId}.1:1:0`]);
    expect(fed).toEqual([outreachId]);
  });

  it('sends nothing where consent is withdrawn, and does not guess where the register cannot be read', async () => {
    const consents: KnownConsent[][] = [
      [
        {
          channel: 'email',
          fingerprint: recordOf('x').contacts[0]?.fingerprint ?? '',
          standing: { kind: 'withdrawn', consentId: 'w' },
        },
      ],
    ];
    const { decider, store, published } = stage({ consentsOf: async () => consents });
    await decider.decide({ event: withData('q-1') });
    const read = await store.readStream(outreachStream(ids.outreachId(tenantId, 'bus:crm', 'q-1')));
    const [, refused] = read.kind === 'found' ? read.events : [];
    expect(refused?.data).toMatchObject({ step: 'channel_selection', reason: 'consent_withdrawn' });
    expect(published).toEqual([]);
    const away = stage({ consentsOf: () => Promise.reject(new Error('away')) });
    await expect(away.decider.decide({ event: withData('q-1') })).rejects.toThrow('away');
    expect(away.fed).toEqual([]);
  });

  it('judges a deadline by when the bus stored the request, however long it had to wait', async () => {
    const offered: (string | undefined)[] = [];
    const takeIn = (items: readonly IntakeItem[]) => {
      offered.push(...items.map((item) => item.offeredAt));
      return Promise.resolve(items.map((item) => accept(item, new Map())));
    };
    const { decider } = stage({ intake: { takeIn } });
    await Promise.allSettled([decider.decide({ event: withData('q-1'), storedAt: '2026-05-01T08:00:00.000Z' })]);
    expect(offered).toEqual(['2026-05-01T08:00:00.000Z']);
  });

  it('decides the same request once, however often and from wherever it comes', async () => {
    const { decider, store, published } = stage();
    await Promise.all(Array.from({ length: 50 }, () => decider.decide({ event: withData('q-1') })));
    const outreachId = ids.outreachId(tenantId, 'bus:crm', 'q-1');
    await decider.decide({ event: reference(outreachId) });
    const read = await store.readStream(outreachStream(outreachId));
    expect(read.kind === 'found' && read.events).toHaveLength(3);
    // Repeated dispatches carry the same id: the bus keeps one, and a second would only be stood down from.
    expect(new Set(published.map((message) => message.key)).size).toBe(1);
  });

  it('answers whoever waits, the first time and every time alike', async () => {
    const { decider, answers, records } = stage();
    const outreachId = ids.outreachId(tenantId, 'api', 'q');
    records.set(outreachId, recordOf(outreachId));
    await decider.decide({ event: reference(outreachId), replyTo: '_INBOX.a.b' });
    await decider.decide({ event: reference(outreachId), replyTo: '_INBOX.a.b' });
    expect(answers[0]).toMatchObject({ outreachId, status: 'scheduled', channel: 'email' });
    expect(answers[1]).toEqual(answers[0]);
  });

  it.each([
    ['no tenant', withData('q', { ...body, tenantId: undefined }), 'invalid_request', 'data.tenantId'],
    ['a faulty field', withData('q', { ...body, urgency: 'yesterday' }), 'invalid_request', 'data.urgency'],
    [
      'another tenant in its envelope',
      { ...withData('q'), tenantid: '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff' },
      'invalid_request',
      'tenantid',
    ],
    ['an instant that is none', withData('q', { ...body, sendAt: '2026-W05-1' }), 'invalid_request', 'data.sendAt'],
    ['an id that is not Unicode', { ...withData('a\ud800') }, 'unreadable', undefined],
    ['bottomless nesting', withData('q', { ...body, metadata: deep(5_000) }), 'invalid_request', 'data'],
    ['a foreign reference', { ...reference('x'), dataref: 'http://example.test/x' }, 'unknown_reference', undefined],
    [
      'a reference to nothing sealed',
      reference('9f0c1d7e-4a3b-5c2d-8e1f-0000000000ff'),
      'unknown_reference',
      undefined,
    ],
  ])('calls %s poison and goes on with the rest', async (_what, event, reason, path) => {
    const { decider, published } = stage();
    const [bad, good] = await Promise.allSettled([
      decider.decide({ event }),
      decider.decide({ event: withData('good') }),
    ]);
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: { class: 'poison', reason, faults: path ? [{ path }] : [] },
    });
    expect(good.status).toBe('fulfilled');
    expect(published).toHaveLength(1);
  });

  it('takes what was written as null for absent', async () => {
    const { decider, published } = stage();
    await decider.decide({
      event: withData('q', { ...body, sendAt: null, expiresAt: null, requestId: null, campaignId: null }),
    });
    expect(published).toHaveLength(1);
  });

  it('lets one request nobody can store hold up nobody else', async () => {
    const records = new Map<string, AcceptedRecord>();
    const takeIn = (items: readonly IntakeItem[]) =>
      items.some((item) => item.requestId === 'bad')
        ? Promise.reject(Object.assign(new Error('invalid input'), { code: '22P02' }))
        : Promise.resolve(items.map((item) => accept(item, records)));
    const staged = stage({
      intake: { takeIn },
      vault: {
        loadAccepted: (ids) => Promise.resolve(ids.flatMap((id) => records.get(id) ?? [])),
        markFed: () => Promise.resolve(),
      },
    });
    const [bad, good] = await Promise.allSettled([
      staged.decider.decide({ event: withData('bad') }),
      staged.decider.decide({ event: withData('good') }),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { class: 'poison', reason: 'cannot_be_stored' } });
    expect(good.status).toBe('fulfilled');
  });

  it.each([
    ['a store that is away', Object.assign(new Error('down'), { code: 'ECONNREFUSED' })],
    ['a lost race', Object.assign(new Error('down'), { code: '23505' })],
    ['a driver that stumbles over a lost connection', new TypeError('down')],
  ])('takes %s for an outage: everything waits, nothing is tried one by one', async (_what, error) => {
    let calls = 0;
    const takeIn = () => ((calls += 1), Promise.reject(error));
    const { decider } = stage({ intake: { takeIn } });
    const all = await Promise.allSettled([1, 2, 3].map((n) => decider.decide({ event: withData(`q-${n}`) })));
    expect(all.every((result) => result.status === 'rejected' && (result.reason as Error).message === 'down')).toBe(
      true,
    );
    expect(calls).toBe(1);
  });

  it('does not acknowledge what could not be dispatched', async () => {
    const refused = {
      publishMany: (messages: readonly Outgoing[]) =>
        Promise.resolve(messages.map(() => ({ status: 'rejected' as const, reason: new Error('bus down') }))),
    };
    const { decider } = stage({ publisher: refused });
    await expect(decider.decide({ event: withData('q') })).rejects.toThrow('bus down');
  });

  describe('for a person who was erased before the decision', () => {
    const outreachId = ids.outreachId(tenantId, 'api', 'q');
    const stored = async ({ store }: ReturnType<typeof stage>) => {
      const read = await store.readStream(outreachStream(outreachId));
      return read.kind === 'found' ? read.events.map(({ type, data }) => ({ type, data })) : [];
    };

    it('sends nothing, and records why, however often it is asked', async () => {
      const staged = stage();
      const { decider, records, published, fed, answers } = staged;
      const kept = { ...{ messageType: 'm', strategy: 'single', urgency: 'high', via: 'api' }, campaignKey: 'c' };
      const decisionInput = { requested: kept, inputs: {} };
      records.set(outreachId, recordOf(outreachId, { erased: true, contacts: [], decisionInput }));
      for (let n = 0; n < 3; n += 1) await decider.decide({ event: reference(outreachId), replyTo: 'r' });
      expect(published).toEqual([]);
      expect(await stored(staged)).toMatchObject([
        { type: 'OutreachRequested', data: { ...kept, outreachId, tenantId, personId: 'p', contacts: [] } },
        { type: 'OutreachRefused', data: { step: 'intake', reason: 'person_erased' } },
      ]);
      expect(new Set(fed)).toEqual(new Set([outreachId]));
      const refused = { status: 'refused', refusal: { step: 'intake', reason: 'person_erased' } };
      expect(answers).toMatchObject([refused, refused, refused]);
    });

    it('counts what is known of it, where erasure left nothing', async () => {
      const staged = stage();
      staged.records.set(outreachId, recordOf(outreachId, { erased: true, contacts: [], decisionInput: null }));
      await staged.decider.decide({ event: reference(outreachId) });
      const events = await stored(staged);
      expect(events.map(({ type }) => type)).toEqual(['OutreachRequested', 'OutreachRefused']);
      expect(events[0]?.data).toMatchObject({ via: 'bus', expiresAt: '2026-05-08T10:00:00.000Z' });
    });

    it('leaves what was decided as it is', async () => {
      const staged = stage();
      staged.records.set(outreachId, recordOf(outreachId));
      await staged.decider.decide({ event: reference(outreachId) });
      staged.records.set(outreachId, recordOf(outreachId, { erased: true, contacts: [], decisionInput: null }));
      await staged.decider.decide({ event: reference(outreachId) });
      expect((await stored(staged)).map(({ type }) => type)).toEqual([
        'OutreachRequested',
        'OutreachDecided',
        'DeliveryScheduled',
      ]);
    });
  });
});
