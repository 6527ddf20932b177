import { describe, expect, it } from '@jest/globals';
import { outreachStream, type CloudEvent, type OutreachEvent, type ProviderSignal } from '@homing/contracts';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import { rejected } from '@homing/messaging';
import type { AttemptRow } from '@homing/read-model';
import { accepted, committed, deliveryId, outreachId, request, started, T0 } from '@homing/testing/outreach-story';
import { plainBooks } from '../keep-books/books.fixture.js';
import { recordBatch } from '../record-signal/record.batch.js';
import { SignalRecorder } from '../record-signal/signal.recorder.service.js';
import { keptContacts } from '../suppress-contact/kept-contacts.fixture.js';
import { MatchRound, type MatchParts } from './match.round.js';
import { MessageMatcher } from './message.matcher.js';
import { parkInMemory } from './parked-signals.fixture.js';
import { PARKED_FOR_MS, SignalParker } from './signal.parker.js';

const { tenantId } = request;
const stranger = '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff';
const start = Date.parse(T0);

/** A fact without our id, as of a provider that does not echo it. */
const signal = (over: Partial<ProviderSignal> = {}): ProviderSignal => ({
  fact: 'opened',
  occurredAt: T0,
  providerEventId: 'e-1',
  providerMessageId: 'm-1',
  provider: 'sendgrid',
  channel: 'email',
  receivedAt: T0,
  payloadDigest: 'd',
  ...over,
});
const eventOf = (data: ProviderSignal): CloudEvent<ProviderSignal> => ({
  specversion: '1.0',
  id: 'x',
  source: 's',
  type: 't',
  data,
});

async function stage() {
  const store = new InMemoryEventStore();
  let clock = start;
  const now = (): string => new Date(clock).toISOString();
  const metadata = {
    tenantId,
    correlationId: outreachId,
    causationId: 'c',
    recordedAt: T0,
    recordedBy: 's',
    schemaVersion: 1,
  };
  const put = (...events: OutreachEvent[]) =>
    handleCommand(store, outreachFold, {
      stream: outreachStream(outreachId),
      decide: () => events,
      commandId: `put-${Math.random()}`,
      metadata,
    });
  await put(...committed, started());
  const projection = { position: await store.headPosition(), attempts: [] as AttemptRow[], lookedUp: 0 };
  /** What the projector does: the answer's row, and as far as the store is. */
  const project = async (row: Partial<AttemptRow> = {}): Promise<void> => {
    const attempt = { provider: 'sendgrid', providerMessageId: 'm-1', deliveryId, attempt: 1, tenantId, ...row };
    projection.attempts = [attempt as AttemptRow];
    projection.position = await store.headPosition();
  };
  const { rulesOfBatch: _batch, ...books } = plainBooks(store, now);
  const { contacts } = keptContacts(store);
  const recording = { ...books, contacts, store, foldedStates: async () => new Map(), instance: 'spec', now };
  const { park, rows } = parkInMemory();
  const queries = {
    attemptsByProviderMessage: async () => ((projection.lookedUp += 1), projection.attempts),
    currentPosition: async () => projection.position,
  };
  const ms = (): number => clock;
  const matcher = new MessageMatcher({ queries, store, now: ms });
  const registry = { findTenants: async (ids: readonly string[]) => ids.map((id) => ({ id }) as never) };
  const parker = new SignalParker({ park, registry, now: ms });
  const foreign: string[] = [];
  const recorder = new SignalRecorder({
    ...recording,
    ...{ matcher, parker, onForeign: (name) => foreign.push(name) },
    publisher: { publishMany: async () => [] },
  });
  const warned: unknown[] = [];
  const logger = { warn: (...said: unknown[]) => void warned.push(said) } as never;
  /** Names of facts that cannot be recorded now. */
  const failing = new Set<string>();
  const record: MatchParts['record'] = async (all) => {
    const results = await recordBatch(
      recording,
      all.filter(({ providerEventId }) => !failing.has(providerEventId)),
    );
    return all.map(
      ({ providerEventId }) =>
        (failing.has(providerEventId) ? undefined : results.shift()) ?? rejected(new Error('store away')),
    );
  };
  const round = new MatchRound({ park, matcher, record, now: ms, logger });
  const facts = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.filter(({ type }) => type === 'ProviderFactRecorded') : [];
  };
  const hear = (data: ProviderSignal) =>
    recorder.record(eventOf(data)).then(
      () => 'acknowledged',
      (e: Error) => e.name,
    );
  const passes = (byMs: number): void => void (clock += byMs);
  return { put, project, projection, hear, rows, round, facts, foreign, passes, failing, warned };
}

describe('a signal without our id', () => {
  it('is recorded on the attempt that bears its message’s id', async () => {
    const { put, project, hear, facts, rows } = await stage();
    await put(accepted());
    await project();
    expect(await hear(signal())).toBe('acknowledged');
    expect(await facts()).toMatchObject([{ data: { fact: 'opened', attempt: 1, deliveryId } }]);
    expect(rows.size).toBe(0);
  });

  it('waits for a projection that is behind its arrival, and is recorded when that has come up', async () => {
    const { put, project, hear, facts, rows } = await stage();
    await put(accepted());
    expect(await hear(signal())).toBe('RetryLaterError');
    expect(await hear(signal())).toBe('RetryLaterError');
    expect(rows.size).toBe(0);
    await project();
    expect(await hear(signal())).toBe('acknowledged');
    expect(await facts()).toHaveLength(1);
  });

  it('is parked once the projection has passed its arrival, and matched when the answer is recorded', async () => {
    const { put, project, hear, facts, rows, round } = await stage();
    expect(await hear(signal())).toBe('RetryLaterError');
    expect(await hear(signal())).toBe('acknowledged');
    expect([...rows.values()]).toMatchObject([{ cause: 'unknown_message', tenantId: null, providerMessageId: 'm-1' }]);
    await round.run();
    expect(await facts()).toEqual([]);
    await put(accepted());
    await project();
    await round.run();
    expect(await facts()).toHaveLength(1);
    expect(rows.size).toBe(0);
    await round.run();
    expect(await facts()).toHaveLength(1);
  });

  it('waits no longer than 30 s for a projection that stands still', async () => {
    const { put, hear, rows, passes } = await stage();
    await put(accepted());
    expect(await hear(signal())).toBe('RetryLaterError');
    passes(30_001);
    expect(await hear(signal())).toBe('acknowledged');
    expect(rows.size).toBe(1);
  });

  it('of another tenant than the attempt’s is parked, shown to neither, and never recorded', async () => {
    const { put, project, hear, facts, rows, round } = await stage();
    await put(accepted());
    await project();
    await hear(signal({ tenantId: stranger }));
    expect(await hear(signal({ tenantId: stranger }))).toBe('acknowledged');
    await round.run();
    expect(await facts()).toEqual([]);
    expect(rows.size).toBe(1);
  });

  it.each([
    ['no id of any kind', { providerMessageId: undefined }],
    ['an id that is none of ours', { deliveryId: 'newsletter-7' }],
  ])('with %s is other mail of the account: acknowledged, not kept, not looked up', async (_what, over) => {
    const { hear, rows, foreign, projection } = await stage();
    expect(await hear(signal(over as Partial<ProviderSignal>))).toBe('acknowledged');
    expect([rows.size, foreign, projection.lookedUp]).toEqual([0, ['sendgrid'], 0]);
  });
});

describe('a signal with our id', () => {
  it.each([
    ['unknown_outreach', { deliveryId: '9f0c1d7e-4a3b-5c2d-8e1f-0000000000ff.1' }, tenantId],
    ['unknown_attempt', { attempt: 9 }, tenantId],
    ['other_tenant', { tenantId: stranger }, null],
    ['other_tenant', { tenantId: undefined }, null],
  ])('that matches nothing (%s) is parked at once: the stream itself was asked', async (cause, over, owner) => {
    const { hear, rows } = await stage();
    const echoed = signal({ deliveryId, attempt: 1, tenantId, ...(over as Partial<ProviderSignal>) });
    expect(await hear(echoed)).toBe('acknowledged');
    expect([...rows.values()]).toMatchObject([{ cause, tenantId: owner, signal: echoed }]);
  });

  it('asks nobody for the attempt', async () => {
    const { hear, facts, projection } = await stage();
    expect(await hear(signal({ deliveryId, attempt: 1, tenantId }))).toBe('acknowledged');
    expect([(await facts()).length, projection.lookedUp]).toEqual([1, 0]);
  });
});

describe('parked signals', () => {
  it('are tried less often the older they are, and let go after three days', async () => {
    const { put, project, hear, facts, rows, round, passes, warned } = await stage();
    await hear(signal());
    await hear(signal());
    await round.run();
    passes(3_601_000);
    await put(accepted());
    await project();
    for (let n = 1; n < 300; n += 1) await round.run();
    expect(await facts()).toEqual([]);
    await round.run();
    expect(await facts()).toHaveLength(1);
    await hear(signal({ providerEventId: 'e-2', providerMessageId: 'm-2' }));
    await hear(signal({ providerEventId: 'e-2', providerMessageId: 'm-2' }));
    expect(rows.size).toBe(1);
    passes(PARKED_FOR_MS);
    for (let n = 0; n < 300; n += 1) await round.run();
    expect(rows.size).toBe(0);
    const gone = { provider: 'sendgrid', fact: 'opened', cause: 'unknown_message', tenantId: null, deliveryId: null };
    expect(warned).toEqual([[{ expired: 1, signals: [gone] }, expect.any(String)]]);
  });

  it('hold nobody up who cannot be recorded, and are not let go before a last try that went well', async () => {
    const { put, project, hear, facts, rows, round, passes, failing } = await stage();
    for (const providerEventId of ['e-1', 'e-1', 'e-2', 'e-2']) await hear(signal({ providerEventId }));
    await put(accepted());
    await project();
    failing.add('e-1');
    passes(PARKED_FOR_MS);
    await expect(round.run()).rejects.toThrow('store away');
    expect([[...rows.values()].map((row) => row.providerEventId), (await facts()).length]).toEqual([['e-1'], 1]);
    failing.clear();
    for (let n = 0; n < 300; n += 1) await round.run();
    expect([rows.size, (await facts()).length]).toEqual([0, 2]);
  });

  it('stay where the stream does not know what the projection does', async () => {
    const { put, project, hear, rows, round, facts } = await stage();
    await hear(signal());
    await hear(signal());
    await put(accepted());
    await project({ deliveryId: '9f0c1d7e-4a3b-5c2d-8e1f-0000000000ff.1' });
    await round.run();
    expect([rows.size, (await facts()).length]).toEqual([1, 0]);
  });
});
