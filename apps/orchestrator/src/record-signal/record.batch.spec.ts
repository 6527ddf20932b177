import { describe, expect, it } from '@jest/globals';
import { outreachStream, type OutreachEvent, type ProviderSignal } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import { handleCommand, type Folded } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import { reactTo } from '../react-to-event/reaction.handler.js';
import { recordBatch } from './record.batch.js';

const outreachId = '9f0c1d7e-4a3b-5c2d-8e1f-000000000001';
const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const T0 = '2026-05-01T10:00:00.000Z';
const deliveryId = `${outreachId}.1`;
const of = { deliveryId, leg: 1, channel: 'email' as const };
const contact = { ordinal: 0, fingerprint: 'f', mask: 'm' };
const money = { micros: 0, currency: 'EUR' };

const committed: OutreachEvent[] = [
  {
    type: 'OutreachRequested',
    data: {
      outreachId,
      tenantId,
      personId: 'p',
      messageType: 'm',
      strategy: 'single',
      urgency: 'normal',
      content: { kind: 'literal', channels: ['email'] },
      contacts: [],
      acceptedAt: T0,
      expiresAt: '2026-05-08T10:00:00.000Z',
      via: 'bus',
    },
  },
  {
    type: 'OutreachDecided',
    data: {
      strategy: 'single',
      legs: [
        {
          leg: 1,
          channel: 'email',
          provider: 'sendgrid',
          contact,
          sendAt: T0,
          cost: money,
          retry: { maxRetries: 2, delaysSeconds: [] },
        },
      ],
      fallbackChain: [],
      cost: money,
      confidence: 1,
      explanation: { policyVersion: 'v', decidedAt: T0, steps: [], ranked: [], excluded: [] },
    },
  },
  { type: 'DeliveryScheduled', data: { ...of, sendAt: T0, expiresAt: '2026-05-08T10:00:00.000Z' } },
];
const started: OutreachEvent = {
  type: 'AttemptStarted',
  data: { ...of, attempt: 1, claimId: 'c', claimedBy: 'g', provider: 'sendgrid', startedAt: T0, leaseUntil: T0 },
};
const accepted: OutreachEvent = {
  type: 'AttemptAccepted',
  data: { ...of, attempt: 1, provider: 'sendgrid', providerMessageId: 'pm', acceptedAt: T0 },
};

const signal = (fact: ProviderSignal['fact'], over: Partial<ProviderSignal> = {}): ProviderSignal => ({
  fact,
  occurredAt: T0,
  providerEventId: `e-${fact}`,
  provider: 'sendgrid',
  channel: 'email',
  tenantId,
  deliveryId,
  attempt: 1,
  receivedAt: T0,
  payloadDigest: 'd',
  ...over,
});

async function stage(...events: OutreachEvent[]) {
  const store = new InMemoryEventStore();
  const metadata = {
    tenantId,
    correlationId: outreachId,
    causationId: 'c',
    recordedAt: T0,
    recordedBy: 'spec',
    schemaVersion: 1,
  };
  const put = (...more: OutreachEvent[]) =>
    handleCommand(store, outreachFold, {
      stream: outreachStream(outreachId),
      decide: () => more,
      commandId: `put-${Math.random()}`,
      metadata,
    });
  await put(...committed, ...events);
  const projected = new Map<string, Folded<OutreachState>>();
  const parts = { store, foldedStates: () => Promise.resolve(projected), instance: 'spec', now: () => T0 };
  const types = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.map((event) => event.type).slice(3) : [];
  };
  return { store, parts, types, projected, put };
}

describe('recording what providers say', () => {
  it('records a batch about one outreach as one append, repetitions once', async () => {
    const { parts, types } = await stage(started, accepted);
    const results = await recordBatch(parts, [signal('sent'), signal('delivered'), signal('sent'), signal('opened')]);
    expect(results.every((result) => result.status === 'fulfilled')).toBe(true);
    expect(await types()).toEqual([
      'AttemptStarted',
      'AttemptAccepted',
      'ProviderFactRecorded',
      'ProviderFactRecorded',
      'ProviderFactRecorded',
      'OutreachSettled',
    ]);
  });

  it('records nothing the second time', async () => {
    const { parts, types } = await stage(started, accepted);
    await recordBatch(parts, [signal('delivered')]);
    const before = await types();
    await recordBatch(parts, [signal('delivered')]);
    expect(await types()).toEqual(before);
  });

  it('trusts the stream, not a projection that is behind', async () => {
    const { store, parts, types, projected, put } = await stage();
    projected.set(outreachId, await readOutreach(store, outreachId));
    await put(started, accepted);
    expect(await recordBatch(parts, [signal('delivered')])).toEqual([{ status: 'fulfilled', value: undefined }]);
    expect(await types()).toContain('OutreachSettled');
  });

  it.each([
    ['an id that is not ours', { deliveryId: 'newsletter-7' }],
    ['no id at all', { deliveryId: undefined }],
    ['an outreach nobody asked for', { deliveryId: '9f0c1d7e-4a3b-5c2d-8e1f-0000000000ff.1' }],
    ['an attempt nobody made', { attempt: 9 }],
    ['a fact without its tenant', { tenantId: undefined }],
    ['another tenant’s outreach', { tenantId: '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff' }],
  ])('calls %s unmatched and records the rest', async (_what, over) => {
    const { parts, types } = await stage(started, accepted);
    const [bad, good] = await recordBatch(parts, [signal('opened', over as Partial<ProviderSignal>), signal('sent')]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { class: 'poison', reason: 'unmatched' } });
    expect(good?.status).toBe('fulfilled');
    expect(await types()).toEqual(['AttemptStarted', 'AttemptAccepted', 'ProviderFactRecorded']);
  });

  it('leaves a signal unacknowledged when the store is down', async () => {
    const { parts, store } = await stage(started, accepted);
    const down = { readStream: store.readStream.bind(store), append: () => Promise.reject(new Error('down')) };
    expect(await recordBatch({ ...parts, store: down }, [signal('sent')])).toMatchObject([
      { status: 'rejected', reason: { message: 'down' } },
    ]);
  });
});

describe('reacting to a rejection', () => {
  const rejected: OutreachEvent = {
    type: 'AttemptRejected',
    data: { ...of, attempt: 1, provider: 'sendgrid', class: 'retryable', code: 'http_503', rejectedAt: T0 },
  };
  const transition = { tenantId, outreachId, transition: 'rejected', position: '77', revision: '4', occurredAt: T0 };

  it('schedules the retry once, however often the event comes', async () => {
    const { parts, types } = await stage(started, rejected);
    await Promise.all([
      reactTo(parts, transition),
      reactTo(parts, transition),
      reactTo(parts, { ...transition, position: '78' }),
    ]);
    expect((await types()).filter((type) => type === 'RetryScheduled')).toHaveLength(1);
  });
});
