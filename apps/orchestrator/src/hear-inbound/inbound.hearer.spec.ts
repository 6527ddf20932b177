import { describe, expect, it } from '@jest/globals';
import type { InboundItem, InboundReceived, OutreachEvent, ProviderInbound } from '@homing/contracts';
import { outreachStream } from '@homing/contracts';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import { PoisonError, RetryLaterError } from '@homing/messaging';
import type { RecentAttempt } from '@homing/read-model';
import { accepted, at, committed, deliveryId, outreachId, request, started } from '@homing/testing/outreach-story';
import { EnvelopeError, type NewInbound, type ParkedInbound } from '@homing/vault/desk';
import type { HeardWord } from '../answer-words/word.answerer.js';
import { plainBooks } from '../keep-books/books.fixture.js';
import { recordBatch } from '../record-signal/record.batch.js';
import { keptContacts } from '../suppress-contact/kept-contacts.fixture.js';
import { hearInbound, settleInbound } from './inbound.hearer.js';
import type { InboundParts } from './inbound.parts.js';

const { tenantId, personId } = request;
const fingerprint = request.contacts[0]?.fingerprint ?? '';
const stranger = '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff';
const attempt: RecentAttempt = {
  ...{ outreachId, deliveryId, leg: 1, attempt: 1, tenantId, provider: 'sendgrid', startedAt: at(0) },
};

const item = (over: Partial<InboundItem> = {}): InboundItem => ({
  ...{ kind: 'message', provider: 'sendgrid', channel: 'email', providerEventId: 'e1', occurredAt: at(60) },
  ...{ from: 'a@x.test', to: 'us@y.test', subject: 'Re: Hello', text: 'Sounds good', payloadDigest: 'd' },
  ...over,
});
const message = (over: Partial<ProviderInbound> = {}): ProviderInbound => ({
  ...{
    provider: 'sendgrid',
    channel: 'email',
    kind: 'message',
    eventDigest: 'digest',
    receivedAt: at(61),
    sealed: 's',
  },
  ...over,
});

/** An outreach that was sent to one address, and everything that hears. */
async function stage(
  said: Partial<InboundItem> = {},
  over: Partial<InboundParts> = {},
  of: { readonly answers?: 'help' } = {},
) {
  const store = new InMemoryEventStore();
  const metadata = {
    ...{
      tenantId,
      correlationId: outreachId,
      causationId: 'c',
      recordedAt: at(0),
      recordedBy: 'spec',
      schemaVersion: 1,
    },
  };
  const begun = committed.map((event) =>
    event.type === 'OutreachRequested' ? { ...event, data: { ...event.data, ...of } } : event,
  );
  const events: OutreachEvent[] = [...begun, started(), accepted()];
  const stream = outreachStream(outreachId);
  await handleCommand(store, outreachFold, { stream, decide: () => events, commandId: 'put', metadata });
  const { rulesOfBatch: _batch, ...books } = plainBooks(store, () => at(70));
  const { contacts, reasons, events: contactEvents } = keptContacts(store);
  const foldedStates = async (ids: readonly string[]) =>
    new Map(ids.includes(outreachId) ? [[outreachId, await readOutreach(store, outreachId)]] : []);
  const recording = { ...books, contacts, store, foldedStates, instance: 'spec', now: () => at(70) };
  const filed: NewInbound[] = [];
  const announced: InboundReceived[] = [];
  const steps: string[] = [];
  const lastInbound: object[] = [];
  const parked: ParkedInbound[] = [];
  const answered: HeardWord[] = [];
  const parts: InboundParts = {
    open: async () => item(said),
    fingerprinter: {
      address: (tenant, _channel, from) => (from === 'a@x.test' ? `${fingerprint}` : `${tenant}-${from}`),
    },
    book: {
      tenantIds: async () => [tenantId],
      personsAt: async (refs) =>
        refs
          .filter((ref) => ref.tenantId === tenantId && ref.fingerprint === fingerprint)
          .map((ref) => ({ ...ref, personId })),
      noteAlias: async () => undefined,
      aliasesOf: async () => [],
      noteInbound: async (word) => void lastInbound.push(word),
      lastInbound: async () => [],
    },
    suppressions: { suppressedContacts: async (refs) => refs.map(() => undefined) },
    contacts: { record: async (word) => (steps.push('address'), contacts.record(word)) },
    queries: { attemptsByProviderMessage: async () => [], recentAttempts: async () => [attempt] },
    foldedStates,
    outreachOf: async (id) => (await readOutreach(store, id)).state,
    projection: { standingOf: async () => ({ kind: 'passed' }), forget: () => undefined },
    park: { park: async (row) => void parked.push(row) },
    answer: async (word) => void answered.push(word),
    record: async (signals) => (steps.push('outreach'), recordBatch(recording, signals)),
    file: { file: async (row) => (steps.push('inbox'), filed.push(row), filed.length === 1) },
    announce: async (received) => (steps.push('bus'), void announced.push(received)),
    inboundId: ({ provider, eventDigest, tenantId: of }) => [provider, eventDigest, of ?? []].flat().join('-'),
    now: () => at(70),
    ...over,
  };
  const facts = async () => {
    const read = await store.readStream(stream);
    const all = read.kind === 'found' ? read.events : [];
    return all.flatMap(({ type, data }) => (type === 'ProviderFactRecorded' ? [(data as { fact: string }).fact] : []));
  };
  const hear = (of: Partial<ProviderInbound> = {}) => hearInbound(parts, message(of));
  const suppressed = () => reasons(fingerprint);
  const settle = (row: ParkedInbound) => settleInbound(parts, row.message);
  return {
    hear,
    facts,
    filed,
    announced,
    steps,
    suppressed,
    lastInbound,
    parked,
    answered,
    settle,
    contactEvents: () => contactEvents(fingerprint),
  };
}

/** A projection that has not come to where messages arrived for so many hearings. */
function behindFor(hearings: number): InboundParts['projection'] {
  let left = hearings;
  return { standingOf: async () => ({ kind: (left -= 1) < 0 ? 'passed' : 'behind' }), forget: () => undefined };
}

/** One that was waited for too long. */
const away: InboundParts['projection'] = {
  standingOf: async () => ({ kind: 'overdue', position: 7n }),
  forget: () => undefined,
};

describe('what somebody writes to us', () => {
  it('as an answer is told to the outreach it answers, filed and announced without its text', async () => {
    const { hear, facts, filed, announced, suppressed, lastInbound } = await stage();
    await hear();
    expect(await facts()).toEqual(['replied']);
    expect(filed).toMatchObject([{ tenantId, class: 'reply', outreachId, deliveryId, fingerprint, sealed: 's' }]);
    expect(announced).toMatchObject([{ tenantId, class: 'reply', outreachId, deliveryId }]);
    expect(JSON.stringify([announced, { ...filed[0], sealed: '' }])).not.toMatch(/x\.test|Sounds good/);
    expect(lastInbound).toEqual([{ tenantId, fingerprint, channel: 'email', at: at(60) }]);
    expect(suppressed()).toBeUndefined();
  });

  it('that wants no more holds the address back before anything else is done', async () => {
    const { hear, facts, filed, steps, suppressed } = await stage({ text: ' Stop! ' });
    await hear();
    expect(suppressed()).toEqual(['unsubscribe']);
    expect(steps).toEqual(['address', 'outreach', 'inbox', 'bus']);
    expect(await facts()).toEqual(['unsubscribed']);
    expect(filed).toMatchObject([{ class: 'opt_out' }]);
  });

  it('that wants no more is obeyed though the outreach cannot be told', async () => {
    const fails = { record: async () => Promise.reject(new Error('store away')) };
    const { hear, suppressed } = await stage({ text: 'STOP' }, fails);
    await expect(hear()).rejects.toThrow('store away');
    expect(suppressed()).toEqual(['unsubscribe']);
  });

  it('that wants no more is obeyed though nobody can tell what it answers', async () => {
    const away = () => Promise.reject(new Error('read model away'));
    const queries = { attemptsByProviderMessage: away, recentAttempts: away };
    const { hear, suppressed } = await stage({ text: 'STOP' }, { queries });
    await expect(hear()).rejects.toThrow('read model away');
    expect(suppressed()).toEqual(['unsubscribe']);
  });

  it('that wants to hear again tells the address so', async () => {
    const { hear, facts, contactEvents } = await stage({ text: 'START', authentic: true });
    await hear();
    expect((await contactEvents()).map(({ type }) => type)).toEqual(['ContactUnsuppressed']);
    expect(await facts()).toEqual(['resubscribed']);
  });

  it('by a machine is filed and is no reply', async () => {
    const { hear, facts, filed, lastInbound } = await stage({ automatic: true });
    await hear();
    expect([await facts(), lastInbound]).toEqual([[], []]);
    expect(filed).toMatchObject([{ class: 'automatic', outreachId }]);
  });

  it('that answers nothing of ours is handed on as such', async () => {
    const { hear, facts, filed, announced } = await stage({ from: 'new@z.test' });
    await hear();
    expect(await facts()).toEqual([]);
    expect(filed).toMatchObject([{ tenantId, class: 'other', outreachId: null }]);
    expect(announced).toMatchObject([{ class: 'other' }]);
  });

  it('takes effect once, however often it is heard', async () => {
    const { hear, facts, filed, contactEvents } = await stage({ text: 'stop' });
    await hear();
    await hear();
    expect(await facts()).toEqual(['unsubscribed']);
    expect(new Set(filed.map(({ id }) => id)).size).toBe(1);
    expect(await contactEvents()).toHaveLength(1);
  });

  it('about something that is not projected yet waits for it, with the address held back already', async () => {
    const projection = behindFor(1);
    const nothing = { attemptsByProviderMessage: async () => [], recentAttempts: async () => [] };
    const { hear, filed, suppressed } = await stage({ text: 'stop' }, { queries: nothing, projection });
    await expect(hear()).rejects.toBeInstanceOf(RetryLaterError);
    expect([filed.length, suppressed()]).toEqual([0, ['unsubscribe']]);
    await hear();
    expect(filed).toMatchObject([{ class: 'opt_out', outreachId: null }]);
  });

  it('is told to nothing of before while a later message to its sender may not be projected', async () => {
    const { hear, facts } = await stage({}, { projection: behindFor(1) });
    await expect(hear()).rejects.toBeInstanceOf(RetryLaterError);
    expect(await facts()).toEqual([]);
    await hear();
    expect(await facts()).toEqual(['replied']);
  });

  it('that says yes is a wish to hear again although it is heard anew before its outreach is told', async () => {
    let held = true;
    const parts = await stage(
      { text: 'Yes', authentic: true },
      {
        projection: behindFor(1),
        suppressions: { suppressedContacts: async (refs) => refs.map(() => (held ? 'unsubscribe' : undefined)) },
        contacts: { record: async () => ((held = false), undefined as never) },
      },
    );
    await expect(parts.hear()).rejects.toBeInstanceOf(RetryLaterError);
    await parts.hear();
    expect([await parts.facts(), parts.filed]).toMatchObject([['resubscribed'], [{ class: 'opt_in' }]]);
  });

  it('while the projection is away is parked, and stops its outreach once that has come up, however often it is settled', async () => {
    let projected: RecentAttempt[] = [];
    const queries = { attemptsByProviderMessage: async () => [], recentAttempts: async () => projected };
    const { hear, settle, facts, filed, announced, lastInbound, parked } = await stage(
      {},
      { queries, projection: away },
    );
    await hear();
    expect([await facts(), filed, announced, lastInbound.length]).toEqual([[], [], [], 1]);
    expect(parked).toMatchObject([{ position: 7n, senders: [{ tenantId, fingerprint }], message: { sealed: 's' } }]);
    projected = [attempt];
    for (const row of [...parked, ...parked]) await settle(row);
    expect(await facts()).toEqual(['replied']);
    expect(filed).toMatchObject([
      { class: 'reply', outreachId },
      { class: 'reply', outreachId },
    ]);
    expect(new Set([...filed.map(({ id }) => id), ...announced.map(({ inboundId }) => inboundId)]).size).toBe(1);
  });

  it('that wants no more holds the address back also while the projection is away', async () => {
    const { hear, suppressed, parked } = await stage({ text: 'stop' }, { projection: away });
    await hear();
    expect([suppressed(), parked.length]).toEqual([['unsubscribe'], 1]);
  });

  it('that needs no projection waits for none that is away', async () => {
    const { hear, filed, parked } = await stage({ from: 'new@z.test' }, { projection: away });
    await hear();
    expect([filed, parked]).toMatchObject([[{ class: 'other' }], []]);
  });

  it('that came to an address we signed is told to what that names, whoever wrote it and whatever is projected', async () => {
    const answers = { deliveryId, attempt: 1 };
    const { hear, facts, filed, parked } = await stage({ from: 'other@z.test', answers }, { projection: away });
    await hear();
    expect([await facts(), filed, parked]).toMatchObject([['replied'], [{ class: 'reply', outreachId }], []]);
    const gone = await stage({ from: 'other@z.test', answers: { deliveryId, attempt: 9 } });
    await gone.hear();
    expect([await gone.facts(), gone.filed]).toMatchObject([[], [{ class: 'other' }]]);
    const theirs = await stage({ from: 'other@z.test', answers });
    await theirs.hear({ tenantId: stranger });
    expect(await theirs.facts()).toEqual([]);
  });

  it('by mail that nobody vouches for resubscribes nobody, and is filed as the answer it is; a wish to stop is obeyed all the same', async () => {
    const forged = await stage({ text: 'START' });
    await forged.hear();
    expect([await forged.contactEvents(), await forged.facts(), forged.filed]).toMatchObject([
      [],
      ['replied'],
      [{ class: 'reply' }],
    ]);
    const signed = await stage({ text: 'START', from: 'forged@z.test', answers: { deliveryId, attempt: 1 } });
    await signed.hear();
    expect((await signed.contactEvents()).map(({ type }) => type)).toEqual(['ContactUnsuppressed']);
    expect(await signed.facts()).toEqual(['resubscribed']);
    const stop = await stage({ text: 'stop' });
    await stop.hear();
    expect(stop.suppressed()).toEqual(['unsubscribe']);
  });

  it('that is a word is answered by its tenant once its address knows, also while the projection is away', async () => {
    const stop = await stage({ text: 'stop', channel: 'email' }, { projection: away });
    await stop.hear();
    const causationId = 'inbound:digest';
    expect(stop.answered).toMatchObject([{ kind: 'opt_out', sender: { tenantId, fingerprint }, causationId }]);
    expect([stop.suppressed(), stop.parked.length]).toEqual([['unsubscribe'], 1]);
    const start = await stage({ text: 'start', authentic: true });
    await start.hear();
    expect(start.answered).toMatchObject([{ kind: 'opt_in', causationId }]);
    const said = await stage({ text: 'Sounds good' });
    await said.hear();
    expect(said.answered).toEqual([]);
  });

  it('is no answer to an answer of ours: what was sent before that is what it answers', async () => {
    const { hear, facts, filed } = await stage({}, {}, { answers: 'help' });
    await hear();
    expect([await facts(), filed]).toMatchObject([[], [{ class: 'other', outreachId: null }]]);
  });

  it('to an installation of several tenants is of the one that wrote there; what nobody wrote for is nobody’s', async () => {
    const { book } = (await stageParts()) as InboundParts;
    const several = { book: { ...book, tenantIds: async () => [stranger, tenantId] } };
    const ours = await stage({}, several);
    await ours.hear();
    expect(ours.filed).toMatchObject([{ tenantId }]);
    const nobodys = await stage({ from: 'new@z.test' }, several);
    await nobodys.hear();
    expect([nobodys.filed, nobodys.announced]).toMatchObject([[{ tenantId: null, mask: null }], []]);
  });

  it('that came to the accounts of two tenants is in the inbox of each', async () => {
    const { hear, filed, announced } = await stage();
    await hear({ tenantId });
    await hear({ tenantId: stranger });
    expect(filed.map((row) => row.tenantId)).toEqual([tenantId, stranger]);
    expect(new Set(filed.map(({ id }) => id)).size).toBe(2);
    expect(new Set(announced.map(({ inboundId }) => inboundId)).size).toBe(2);
  });

  it('that does not open is a dead letter', async () => {
    const { hear } = await stage({}, { open: async () => Promise.reject(new EnvelopeError('unreadable')) });
    await expect(hear()).rejects.toBeInstanceOf(PoisonError);
  });
});

const stageParts = async (): Promise<Partial<InboundParts>> => ({
  book: {
    tenantIds: async () => [tenantId],
    personsAt: async (refs) =>
      refs
        .filter((ref) => ref.tenantId === tenantId && ref.fingerprint === fingerprint)
        .map((ref) => ({ ...ref, personId })),
    noteAlias: async () => undefined,
    aliasesOf: async () => [],
    noteInbound: async () => undefined,
    lastInbound: async () => [],
  },
});

describe('a receipt up to a watermark', () => {
  const read = { kind: 'receipt', receipt: { fact: 'delivered', until: at(60) } } as const;

  it('is told to every attempt that was sent to the address by then, once', async () => {
    const { hear, facts, filed } = await stage(read);
    await hear({ kind: 'receipt' });
    await hear({ kind: 'receipt', eventDigest: 'another' });
    expect([await facts(), filed]).toEqual([['delivered'], []]);
  });

  it('waits until what was sent before it is projected, and is not lost', async () => {
    let projected: RecentAttempt[] = [];
    const queries = { attemptsByProviderMessage: async () => [], recentAttempts: async () => projected };
    const { hear, facts } = await stage(read, { queries, projection: behindFor(1) });
    await expect(hear({ kind: 'receipt' })).rejects.toBeInstanceOf(RetryLaterError);
    projected = [attempt];
    await hear({ kind: 'receipt' });
    expect(await facts()).toEqual(['delivered']);
  });

  it('that came while the projection was away is parked, and told once that has come up', async () => {
    let projected: RecentAttempt[] = [];
    const queries = { attemptsByProviderMessage: async () => [], recentAttempts: async () => projected };
    const { hear, settle, facts, parked } = await stage(read, { queries, projection: away });
    await hear({ kind: 'receipt' });
    expect([await facts(), parked.length]).toEqual([[], 1]);
    projected = [attempt];
    for (const row of parked) await settle(row);
    expect(await facts()).toEqual(['delivered']);
  });

  it('of another provider, or of an address that nothing was sent to, tells nothing', async () => {
    const other = await stage({ ...read, provider: 'smtp' });
    await other.hear({ kind: 'receipt', provider: 'smtp' });
    const nobody = await stage({ ...read, from: 'new@z.test' });
    await nobody.hear({ kind: 'receipt' });
    expect([await other.facts(), await nobody.facts()]).toEqual([[], []]);
  });
});
