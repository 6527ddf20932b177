import { describe, expect, it } from '@jest/globals';
import { outreachStream, type OutreachCommand, type OutreachEvent } from '@homing/contracts';
import { DEFAULT_POLICY } from '@homing/domain';
import { handleCommand, type EventStore } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import {
  accepted,
  at,
  committed,
  outreachId,
  recorded,
  request,
  resent,
  settled,
  started,
  T0,
  unknown,
} from '@homing/testing/outreach-story';
import type { AcceptedRecord } from '@homing/vault/intake';
import { decideBatch } from '../decide-outreach/decide.batch.js';
import { plainBooks } from '../keep-books/books.fixture.js';
import { obeyCommand } from './command.handler.js';

const { tenantId } = request;
const metadata = {
  tenantId,
  correlationId: outreachId,
  causationId: 'c',
  recordedAt: T0,
  recordedBy: 'spec',
  schemaVersion: 1,
};
const sealed: AcceptedRecord = {
  outreachId,
  tenantId,
  personId: 'p',
  contacts: [{ channel: 'email', ordinal: 0, fingerprint: 'f', mask: 'm' }],
  decisionInput: {
    requested: {
      outreachId,
      tenantId,
      messageType: 'm',
      strategy: 'single',
      urgency: 'normal',
      content: { kind: 'literal', channels: ['email'] },
      via: 'api',
    },
    inputs: { optedOut: [], contentChannels: ['email'] },
  },
  acceptedAt: T0,
  expiresAt: null,
  source: 'api',
  erased: false,
  fed: false,
};

async function stage(...events: OutreachEvent[]) {
  const memory = new InMemoryEventStore();
  let before: { readonly command: string; readonly run: () => Promise<unknown> } | undefined;
  const store: Pick<EventStore, 'append' | 'readStream'> = {
    readStream: (stream) => memory.readStream(stream),
    append: async (command) => {
      const { run } = before && command.commandId.startsWith(before.command) ? before : {};
      if (run) before = undefined;
      await run?.();
      return memory.append(command);
    },
  };
  /** Runs something right before the first append of a command. */
  const meanwhile = (command: string, run: () => Promise<unknown>): void => void (before = { command, run });
  const append = (more: readonly OutreachEvent[]) =>
    handleCommand(store, outreachFold, {
      stream: outreachStream(outreachId),
      decide: () => more,
      commandId: 'put',
      metadata,
    });
  if (events.length > 0) await append(events);
  const records: AcceptedRecord[] = [];
  const vault = { loadAccepted: () => Promise.resolve(records), markFed: () => Promise.resolve() };
  const now = () => at(100);
  const books = plainBooks(store, now);
  const parts = {
    follow: { store, ...books, instance: 'spec', now },
    vault,
    defaultLifetimeHours: 168,
    notify: () => undefined,
  };
  let count = 0;
  const obey = (command: OutreachCommand, id = `m${(count += 1)}`) => obeyCommand(parts, command, id);
  const decide = () =>
    decideBatch(
      { store, vault, policy: DEFAULT_POLICY, ...books, rulesOf: books.rulesOfBatch, instance: 'spec', now },
      [{ outreachId, causationId: 'd' }],
    );
  const types = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.map((event) => event.type).slice(events.length) : [];
  };
  return { obey, decide, types, records, append, meanwhile };
}

const cancel: OutreachCommand = { kind: 'cancel', tenantId, outreachId, by: 'key:k' };
const settle = (outcome: 'sent' | 'not_sent', over: object = {}): OutreachCommand => ({
  kind: 'settle_unknown',
  tenantId,
  outreachId,
  leg: 1,
  attempt: 1,
  outcome,
  by: 'key:k',
  ...over,
});
const elsewhere = '0a6f2c8e-6c0e-4b43-9d0c-00000000ffff';

describe('cancelling', () => {
  it('ends what waits, and says so however often it is asked', async () => {
    const { obey, types } = await stage(...committed);
    const answer = {
      status: 'cancelled',
      deliveries: [{ deliveryId: `${outreachId}.1`, channel: 'email', state: 'cancelled' }],
    };
    expect(await obey(cancel)).toMatchObject(answer);
    expect(await obey(cancel)).toMatchObject(answer);
    expect(await types()).toEqual(['CancellationRequested', 'DeliveryCancelled', 'OutreachSettled']);
  });

  it('cannot call back what is under way, and says so', async () => {
    const { obey, types } = await stage(...committed, started(), accepted());
    expect(await obey(cancel)).toMatchObject({ status: 'nothing_to_cancel', deliveries: [{ state: 'queued' }] });
    expect(await types()).toEqual(['CancellationRequested']);
  });

  it('comes too late for what is settled', async () => {
    const { obey, types } = await stage(
      ...committed,
      started(),
      accepted(),
      recorded('delivered'),
      settled('delivered', 40),
    );
    expect(await obey(cancel)).toMatchObject({ status: 'nothing_to_cancel', deliveries: [{ state: 'delivered' }] });
    expect(await types()).toEqual([]);
  });

  it('of another tenant’s finds nothing', async () => {
    const { obey, types } = await stage(...committed);
    expect(await obey({ ...cancel, tenantId: elsewhere })).toMatchObject({ status: 'not_found', deliveries: [] });
    expect(await types()).toEqual([]);
  });

  it('of what nobody asked for finds nothing', async () => {
    const { obey, types } = await stage();
    expect(await obey(cancel)).toMatchObject({ status: 'not_found' });
    expect(await types()).toEqual([]);
  });

  it('wins over a decision that is not taken yet: nothing is scheduled afterwards', async () => {
    const { obey, decide, types, records } = await stage();
    records.push(sealed);
    expect(await obey(cancel)).toMatchObject({ status: 'cancelled', deliveries: [] });
    const [decision] = await decide();
    expect(decision).toMatchObject({ value: { answer: { status: 'refused', refusal: { reason: 'cancelled' } } } });
    expect(await types()).toEqual(['OutreachRequested', 'CancellationRequested', 'OutreachSettled']);
  });

  it('read before the decision and appended after it cancels what was decided', async () => {
    const { obey, decide, types, records, meanwhile } = await stage();
    records.push(sealed);
    meanwhile('cancel:', decide);
    expect(await obey(cancel)).toMatchObject({ status: 'cancelled', deliveries: [{ state: 'cancelled' }] });
    expect(await types()).toEqual([
      'OutreachRequested',
      'OutreachDecided',
      'DeliveryScheduled',
      'CancellationRequested',
      'DeliveryCancelled',
      'OutreachSettled',
    ]);
  });

  it('comes while the decision is being taken: the decision finds it settled', async () => {
    const { obey, decide, types, records, meanwhile } = await stage();
    records.push(sealed);
    meanwhile('decide:', () => obey(cancel));
    const [decision] = await decide();
    expect(decision).toMatchObject({ value: { answer: { status: 'refused', refusal: { reason: 'cancelled' } } } });
    expect(await types()).toEqual(['OutreachRequested', 'CancellationRequested', 'OutreachSettled']);
  });

  it('of another tenant’s that is not decided yet finds nothing', async () => {
    const { obey, types, records } = await stage();
    records.push({ ...sealed, tenantId: elsewhere });
    expect(await obey(cancel)).toMatchObject({ status: 'not_found' });
    expect(await types()).toEqual([]);
  });

  it('has nothing left to do for a person who was erased before the decision', async () => {
    const { obey, types, records } = await stage();
    records.push({ ...sealed, erased: true, decisionInput: null });
    expect(await obey(cancel)).toMatchObject({ status: 'nothing_to_cancel' });
    expect(await types()).toEqual([]);
  });
});

describe('an operator who settles an unknown outcome', () => {
  it('as sent leaves the provider to say more', async () => {
    const { obey, types } = await stage(...committed, started(), unknown());
    expect(await obey(settle('sent', { providerMessageId: 'pm-9' }))).toMatchObject({
      status: 'settled',
      state: 'queued',
    });
    expect(await types()).toEqual(['UnknownOutcomeSettled']);
  });

  it('as not sent has the retry planned', async () => {
    const { obey, types } = await stage(...committed, started(), unknown());
    expect(await obey(settle('not_sent'))).toMatchObject({ status: 'settled', state: 'failed' });
    expect(await types()).toEqual(['UnknownOutcomeSettled', 'RetryScheduled']);
  });

  it('says the same twice, and once is enough', async () => {
    const { obey, types } = await stage(...committed, started(), unknown());
    await obey(settle('sent'), 'm');
    expect(await obey(settle('sent'), 'm')).toMatchObject({ status: 'settled' });
    expect(await obey(settle('sent'))).toMatchObject({ status: 'settled' });
    expect(await types()).toEqual(['UnknownOutcomeSettled']);
  });

  it.each<[string, OutreachEvent[], object]>([
    ['what is known', [started(), accepted()], { status: 'not_unknown', state: 'queued' }],
    [
      'what is being sent again',
      [started(), unknown(), resent(95, 110)],
      { status: 'under_way', retryAfterSeconds: 10 },
    ],
    ['what was never started', [], { status: 'not_found' }],
  ])('cannot settle %s', async (_what, events, answer) => {
    const { obey, types } = await stage(...committed, ...events);
    expect(await obey(settle('not_sent'))).toMatchObject(answer);
    expect(await types()).toEqual([]);
  });

  it('of another tenant finds nothing', async () => {
    const { obey, types } = await stage(...committed, started(), unknown());
    expect(await obey(settle('sent', { tenantId: elsewhere }))).toMatchObject({ status: 'not_found' });
    expect(await types()).toEqual([]);
  });
});

describe('following', () => {
  it('does what nobody did, and answers nobody', async () => {
    const { obey, types } = await stage(...committed, started(), accepted(), recorded('delivered'));
    expect(await obey({ kind: 'follow', tenantId, outreachId })).toBeUndefined();
    expect(await types()).toEqual(['OutreachSettled']);
  });
});
