import { describe, expect, it } from '@jest/globals';
import { outreachStream, type OutreachEvent, type ProviderSignal } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import { handleCommand, type Folded } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import {
  accepted,
  committed,
  deliveryId,
  outreachId,
  rejected,
  request,
  started,
  T0,
} from '@homing/testing/outreach-story';
import { reactTo } from '../react-to-event/reaction.handler.js';
import { plainBooks } from '../keep-books/books.fixture.js';
import { keptContacts } from '../suppress-contact/kept-contacts.fixture.js';
import { recordBatch } from './record.batch.js';
import { RecentOutreaches } from './recent.outreaches.js';

const { tenantId } = request;
const sent = [started(), accepted()];

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
  const { rulesOfBatch: _batch, ...books } = plainBooks(store, () => T0);
  const { contacts, reasons: reasonsOf } = keptContacts(store);
  const reasons = () => reasonsOf(request.contacts[0]?.fingerprint ?? '');
  const foldedStates = () => Promise.resolve(projected);
  const parts = { ...books, contacts, store, foldedStates, instance: 'spec', now: () => T0 };
  const types = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.map((event) => event.type).slice(3) : [];
  };
  return { store, parts, types, projected, put, reasons };
}

describe('recording what providers say', () => {
  it('is heard by the address before it stands: whoever dies in between leaves it held back', async () => {
    const { parts, types, reasons } = await stage(...sent);
    const append: typeof parts.store.append = (request) =>
      request.stream.startsWith('outreach-') ? Promise.reject(new Error('killed')) : parts.store.append(request);
    const readStream: typeof parts.store.readStream = (stream, options) => parts.store.readStream(stream, options);
    const dying = { ...parts, store: { append, readStream } };
    const [told] = await recordBatch(dying, [signal('complained')]);
    expect(told).toMatchObject({ status: 'rejected', reason: { message: 'killed' } });
    expect([await types(), reasons()]).toEqual([['AttemptStarted', 'AttemptAccepted'], ['complaint']]);
  });

  it('tells no address what names an attempt nobody made', async () => {
    const { parts, reasons } = await stage(...sent);
    await recordBatch(parts, [signal('complained', { attempt: 9 })]);
    expect(reasons()).toBeUndefined();
  });

  it('records a batch about one outreach as one append, repetitions once', async () => {
    const { parts, types } = await stage(...sent);
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
    const { parts, types } = await stage(...sent);
    await recordBatch(parts, [signal('delivered')]);
    const before = await types();
    await recordBatch(parts, [signal('delivered')]);
    expect(await types()).toEqual(before);
  });

  it('trusts the stream, not a projection that is behind', async () => {
    const { store, parts, types, projected, put } = await stage();
    projected.set(outreachId, await readOutreach(store, outreachId));
    await put(...sent);
    expect(await recordBatch(parts, [signal('delivered')])).toEqual([{ status: 'fulfilled', value: undefined }]);
    expect(await types()).toContain('OutreachSettled');
  });

  it.each([
    ['without a conflict where the gateway’s answer has not been projected', 1, [accepted()]],
    ['also before the gateway’s answer stands', 1, []],
  ])('records %s', async (_what, appends, since) => {
    const { store, parts, types, projected, put } = await stage(started());
    projected.set(outreachId, await readOutreach(store, outreachId));
    if (since.length > 0) await put(...since);
    let asked = 0;
    const append: typeof store.append = (request) => {
      asked += 1;
      return store.append(request);
    };
    const counted = { ...parts, store: { append, readStream: store.readStream.bind(store) } };
    await recordBatch(counted, [signal('sent')]);
    expect([asked, (await types()).at(-1)]).toEqual([appends, 'ProviderFactRecorded']);
  });

  it('remembers from one post to the next what the projection does not know yet', async () => {
    const { store, parts, projected } = await stage(...sent);
    projected.set(outreachId, await readOutreach(store, outreachId));
    let asked = 0;
    const append: typeof store.append = (request) => {
      asked += request.stream === outreachStream(outreachId) ? 1 : 0;
      return store.append(request);
    };
    const counted = {
      ...{ ...parts, recent: new RecentOutreaches() },
      store: { append, readStream: store.readStream.bind(store) },
    };
    await recordBatch(counted, [signal('sent')]);
    await recordBatch(counted, [signal('opened')]);
    expect(asked).toBe(2);
  });

  it.each([
    ['an id that is not ours', 'unknown_outreach', { deliveryId: 'newsletter-7' }],
    ['no id at all', 'unknown_outreach', { deliveryId: undefined }],
    ['an outreach nobody asked for', 'unknown_outreach', { deliveryId: '9f0c1d7e-4a3b-5c2d-8e1f-0000000000ff.1' }],
    ['an attempt nobody made', 'unknown_attempt', { attempt: 9 }],
    ['a fact without its tenant', 'other_tenant', { tenantId: undefined }],
    ['another tenant’s outreach', 'other_tenant', { tenantId: '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff' }],
  ])('calls %s unmatched and records the rest', async (_what, why, over) => {
    const { parts, types } = await stage(...sent);
    const [bad, good] = await recordBatch(parts, [signal('opened', over as Partial<ProviderSignal>), signal('sent')]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'UnmatchedSignalError', why } });
    expect(good?.status).toBe('fulfilled');
    expect(await types()).toEqual(['AttemptStarted', 'AttemptAccepted', 'ProviderFactRecorded']);
  });

  it('believes a fact without its tenant whose attempt we signed ourselves, and none that names another tenant', async () => {
    const { parts, types } = await stage(...sent);
    const stranger = '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff';
    const [ours, theirs] = await recordBatch(parts, [
      signal('bounced', { tenantId: undefined, attested: true } as Partial<ProviderSignal>),
      signal('opened', { tenantId: stranger, attested: true }),
    ]);
    expect([ours?.status, theirs?.status]).toEqual(['fulfilled', 'rejected']);
    expect(await types()).toContain('ProviderFactRecorded');
  });

  it('leaves a signal unacknowledged when the store is down', async () => {
    const { parts, store } = await stage(...sent);
    const down = { readStream: store.readStream.bind(store), append: () => Promise.reject(new Error('down')) };
    expect(await recordBatch({ ...parts, store: down }, [signal('sent')])).toMatchObject([
      { status: 'rejected', reason: { message: 'down' } },
    ]);
  });
});

describe('reacting to a rejection', () => {
  const transition = { tenantId, outreachId, transition: 'rejected', position: '77', revision: '4', occurredAt: T0 };

  it('schedules the retry once, however often the event comes', async () => {
    const { parts, types } = await stage(started(), rejected('retryable'));
    await Promise.all([
      reactTo(parts, transition),
      reactTo(parts, transition),
      reactTo(parts, { ...transition, position: '78' }),
    ]);
    expect((await types()).filter((type) => type === 'RetryScheduled')).toHaveLength(1);
  });
});
