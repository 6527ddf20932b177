import { describe, expect, it } from '@jest/globals';
import {
  budgetStream,
  outreachStream,
  personStream,
  type BalanceEvent,
  type LedgerChanged,
  type OutreachEvent,
  type OutreachRequested,
  type PersonEvent,
} from '@homing/contracts';
import {
  DEFAULT_POLICY,
  emptyOutreach,
  RECLAIM_AFTER_MS,
  type DecisionInputs,
  type OpenReservation,
} from '@homing/domain';
import type { AppendRequest, EventStore } from '@homing/event-store';
import { createLedgers } from '@homing/event-store/ledger';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { readOutreach } from '@homing/event-store/outreach';
import type { AcceptedRecord } from '@homing/vault/intake';
import { at, request as story } from '@homing/testing/outreach-story';
import { decideBatch, type DecideParts } from '../decide-outreach/decide.batch.js';
import { followOutreach, reclaimReservations, type FollowParts } from '../follow-outreach/outreach.follower.js';
import { bookDecision } from './decision.booking.js';

const campaignKey = 'c1f2c8e0-6c0e-4b43-9d0c-000000000003';
const { tenantId, personId } = story;
const idOf = (n: number): string => `9f0c1d7e-4a3b-5c2d-8e1f-${String(n).padStart(12, '0')}`;
const price = { micros: 10, currency: 'EUR' };
const policy = {
  ...DEFAULT_POLICY,
  channels: { email: { ...DEFAULT_POLICY.channels.email, price } },
} as typeof DEFAULT_POLICY;
const limits = { campaignKey, currency: 'EUR', version: 1, totalMicros: 20 };
const inputs: DecisionInputs = {
  policy,
  optedOut: [],
  contentChannels: ['email'],
  campaign: { status: 'active', limits },
};
const requestOf = (n: number, over: Partial<OutreachRequested> = {}): OutreachRequested => ({
  ...{ ...story, campaignKey, outreachId: idOf(n), contentKey: `content-${n}` },
  ...over,
});

/** The vault's record of a request. */
function recordOf(request: OutreachRequested): AcceptedRecord {
  const { personId: _p, contacts, acceptedAt, ...requested } = request;
  const record = { outreachId: request.outreachId, tenantId, personId: request.personId, contacts, acceptedAt };
  const decisionInput = { requested, inputs: { optedOut: [], contentChannels: ['email'] } };
  return { ...record, decisionInput, expiresAt: null, source: 'bus', erased: false, fed: false };
}

interface Stage {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly requests: readonly OutreachRequested[];
  readonly open?: readonly OpenReservation[];
  now?: string;
}

/** One orchestrator with books and memory of its own. */
function orchestrator(stage: Stage): DecideParts & FollowParts {
  const { store, requests } = stage;
  const now = (): string => stage.now ?? at(0);
  const rules = { policy, zone: 'UTC', campaign: inputs.campaign };
  const wanted = (ids: readonly string[]) => requests.filter(({ outreachId }) => ids.includes(outreachId));
  return {
    ...{ store, instance: 'spec', now, policy },
    books: createLedgers({ store, instance: 'spec', now }),
    vault: { loadAccepted: async (ids) => wanted(ids).map(recordOf), markFed: async () => undefined },
    suppressed: async () => new Set(),
    openReservations: async () => stage.open ?? [],
    rulesOf: (async (of: unknown) => (Array.isArray(of) ? of.map(() => rules) : rules)) as never,
  };
}

const decide = (parts: DecideParts, ...ns: number[]) =>
  decideBatch(
    parts,
    ns.map((n) => ({ outreachId: idOf(n), causationId: `${n}`, fresh: true })),
  );
const typesOf = async (store: InMemoryEventStore, n: number): Promise<string[]> => {
  const read = await store.readStream(outreachStream(idOf(n)));
  return read.kind === 'missing' ? [] : read.events.map(({ type }) => type);
};
const refusalOf = async (store: InMemoryEventStore, n: number) => {
  const read = await store.readStream(outreachStream(idOf(n)));
  const events = read.kind === 'missing' ? [] : (read.events as unknown as OutreachEvent[]);
  return events.find((event) => event.type === 'OutreachRefused')?.data;
};
const changesOf = async (store: InMemoryEventStore, stream: string): Promise<string[]> => {
  const read = await store.readStream(stream);
  const events = read.kind === 'missing' ? [] : (read.events as unknown as (PersonEvent | BalanceEvent)[]);
  return events.flatMap(({ data }) =>
    (data as LedgerChanged<string, { kind: string }>['data']).changes.map(({ kind }) => kind),
  );
};
const person = personStream(personId);
const budget = budgetStream(campaignKey);
const scheduled = ['OutreachRequested', 'OutreachDecided', 'DeliveryScheduled'];

describe('reserving before committing', () => {
  it('takes money and a slot for what is scheduled, and gives back what a refusal had taken', async () => {
    const store = new InMemoryEventStore();
    const parts = orchestrator({ store, requests: [1, 2, 3].map((n) => requestOf(n)) });
    for (const n of [1, 2, 3]) await decide(parts, n);
    expect(await typesOf(store, 2)).toEqual(scheduled);
    expect(await refusalOf(store, 3)).toMatchObject({ step: 'budget', reason: 'budget_exhausted' });
    expect(await changesOf(store, person)).toEqual(['booked', 'booked', 'booked', 'released']);
    expect(await changesOf(store, budget)).toEqual(['limited', 'reserved', 'reserved']);
  });

  it('refuses the same content to the same address, across campaigns, and says what it repeats', async () => {
    const store = new InMemoryEventStore();
    const again = requestOf(2, { contentKey: 'content-1', campaignKey: 'another' });
    const parts = orchestrator({ store, requests: [requestOf(1), again] });
    await decide(parts, 1);
    const [answer] = await decide(parts, 2);
    expect(answer).toMatchObject({ value: { answer: { status: 'duplicate' } } });
    const refusal = await refusalOf(store, 2);
    expect(refusal?.steps.at(-1)).toMatchObject({ step: 'dedup', facts: { duplicateOf: idOf(1) } });
  });

  it('lets exactly the cap through, however many orchestrators decide at once', async () => {
    const store = new InMemoryEventStore();
    const requests = Array.from({ length: 40 }, (_, n) => requestOf(n));
    const rulesOf = (async (of: readonly unknown[]) => of.map(() => ({ policy, zone: 'UTC' }))) as never;
    const four = [0, 1, 2, 3].map(() => ({ ...orchestrator({ store, requests }), rulesOf }));
    await Promise.all(requests.map((_, n) => decide(four[n % 4] as DecideParts, n)));
    const types = await Promise.all(requests.map((_, n) => typesOf(store, n)));
    expect(types.filter((each) => each.includes('OutreachDecided'))).toHaveLength(3);
    expect(types.filter((each) => each.includes('OutreachRefused'))).toHaveLength(37);
  });

  it('decides one request once, however often and wherever it is decided', async () => {
    const store = new InMemoryEventStore();
    const four = [0, 1, 2, 3].map(() => orchestrator({ store, requests: [requestOf(1)] }));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => decide(four[n % 4] as DecideParts, 1, 1)));
    expect(new Set(answers.flat().map((answer) => JSON.stringify(answer.status))).size).toBe(1);
    expect(await typesOf(store, 1)).toEqual(scheduled);
    expect(await changesOf(store, person)).toEqual(['booked']);
    expect(await changesOf(store, budget)).toEqual(['limited', 'reserved']);
  });

  it('adopts, after a crash before the commit, the plan that was booked', async () => {
    const store = new InMemoryEventStore();
    const crashed = orchestrator({ store, requests: [requestOf(1)] });
    await bookDecision({ books: crashed.books, zone: 'UTC' }, { request: requestOf(1), inputs, now: at(0) });
    const restarted = orchestrator({ store, requests: [requestOf(1)], now: at(60) });
    const [decided] = await decide(restarted, 1);
    expect(decided).toMatchObject({ value: { answer: { status: 'scheduled', sendAt: at(0) } } });
    expect(await changesOf(store, person)).toEqual(['booked']);
  });

  it('fences off a plan whose booking has lapsed meanwhile, and decides anew', async () => {
    const store = new InMemoryEventStore();
    const crashed = orchestrator({ store, requests: [requestOf(1)] });
    await bookDecision({ books: crashed.books, zone: 'UTC' }, { request: requestOf(1), inputs, now: at(0) });
    const restarted = orchestrator({ store, requests: [requestOf(1)], now: at(3600) });
    const [decided] = await decide(restarted, 1);
    expect(decided).toMatchObject({ value: { answer: { status: 'scheduled', sendAt: at(3600) } } });
    expect(await typesOf(store, 1)).toEqual(['OutreachAbandoned', ...scheduled]);
    expect(await changesOf(store, person)).toEqual(['booked', 'released', 'booked']);
    expect(await changesOf(store, budget)).toEqual(['limited', 'reserved', 'released', 'reserved']);
  });

  it('is not stood in the way by what an earlier round of its own still holds', async () => {
    const store = new InMemoryEventStore();
    const crashed = orchestrator({ store, requests: [requestOf(1)] });
    await bookDecision({ books: crashed.books, zone: 'UTC' }, { request: requestOf(1), inputs, now: at(0) });
    const open = [{ stream: person, key: `${idOf(1)}.1/1/1`, reservedAt: at(0) }];
    const now = at(RECLAIM_AFTER_MS / 1000);
    // Fenced off, and killed before it gave anything back.
    const dying = { ...orchestrator({ store, requests: [], open, now }), books: { person: fail, balance: fail } };
    await expect(reclaimReservations(dying, { outreachId: idOf(1), tenantId, causationId: 'sweep' })).rejects.toThrow(
      'killed',
    );
    const [decided] = await decide(orchestrator({ store, requests: [requestOf(1)], now }), 1);
    expect(decided).toMatchObject({ value: { answer: { status: 'scheduled' } } });
  });
});

const fail = (): never => {
  throw new Error('killed');
};

describe('a decider that comes after everything is over', () => {
  /** Decided, sent, delivered, its books squared. */
  const over = async (store: InMemoryEventStore, parts: DecideParts & FollowParts) => {
    await decide(parts, 1);
    await sent(store, 'OutreachSettled');
    await followOutreach(parts, { outreachId: idOf(1), tenantId, causationId: 'over' });
  };

  /** Its one attempt, up to and including an event. */
  const sent = async (store: InMemoryEventStore, last: 'AttemptAccepted' | 'OutreachSettled') => {
    const of = { deliveryId: `${idOf(1)}.1`, leg: 1, channel: 'email' as const, attempt: 1, provider: 'sendgrid' };
    const events = [
      { type: 'AttemptStarted', data: { ...of, claimId: 'c', claimedBy: 'g', startedAt: at(0), leaseUntil: at(15) } },
      { type: 'AttemptAccepted', data: { ...of, providerMessageId: 'm', acceptedAt: at(1) } },
      { type: 'OutreachSettled', data: { outcome: 'delivered', at: at(2) } },
    ];
    const metadata = {
      tenantId,
      correlationId: 'c',
      causationId: 'c',
      recordedAt: at(0),
      recordedBy: 's',
      schemaVersion: 1,
    };
    const until = events.slice(0, events.findIndex(({ type }) => type === last) + 1);
    const of1 = { stream: outreachStream(idOf(1)), expectedRevision: 2n, commandId: 'sent', metadata };
    await store.append({ ...of1, events: until });
  };

  it('reacts to what a projection far behind shows it, and has nothing booked', async () => {
    const store = new InMemoryEventStore();
    const parts = orchestrator({ store, requests: [requestOf(1)] });
    await decide(parts, 1);
    const decided = await readOutreach(store, idOf(1));
    await sent(store, 'OutreachSettled');
    await followOutreach(parts, { outreachId: idOf(1), tenantId, causationId: 'over' });
    const before = [await changesOf(store, budget), await changesOf(store, person)];
    const late = orchestrator({ store, requests: [requestOf(1)], now: at(3600) });
    await followOutreach(late, { outreachId: idOf(1), tenantId, causationId: 'stale', known: decided });
    expect([await changesOf(store, budget), await changesOf(store, person)]).toEqual(before);
  });

  it.each([
    ['looks first', false, ['limited', 'reserved', 'settled']],
    ['gives back at once what it booked', true, ['limited', 'reserved', 'settled', 'reserved', 'released']],
  ])('%s, and nothing is charged twice', async (_what, fresh, expected) => {
    const store = new InMemoryEventStore();
    const parts = orchestrator({ store, requests: [requestOf(1)] });
    await over(store, parts);
    const late = orchestrator({ store, requests: [requestOf(1)], now: at(3) });
    const [answer] = await decideBatch(late, [{ outreachId: idOf(1), causationId: '1', fresh }]);
    expect(answer).toMatchObject({ value: { answer: { status: 'scheduled' } } });
    expect(await changesOf(store, budget)).toEqual(expected);
  });

  it('comes while a charged message is still under way, and charges it no second time', async () => {
    const store = new InMemoryEventStore();
    const parts = orchestrator({ store, requests: [requestOf(1)] });
    await decide(parts, 1);
    await sent(store, 'AttemptAccepted');
    await followOutreach(parts, { outreachId: idOf(1), tenantId, causationId: 'taken' });
    const late = orchestrator({ store, requests: [requestOf(1)], now: at(3) });
    await decideBatch(late, [{ outreachId: idOf(1), causationId: '1', fresh: true }]);
    await followOutreach(parts, { outreachId: idOf(1), tenantId, causationId: 'again' });
    expect(await changesOf(store, budget)).toEqual(['limited', 'reserved', 'settled', 'reserved', 'released']);
  });

  it.each(['sweep', 'next reaction'])(
    'and crashed while the message is under way: the %s charges nothing again',
    async (by) => {
      const store = new InMemoryEventStore();
      const parts = orchestrator({ store, requests: [requestOf(1)] });
      await decide(parts, 1);
      await sent(store, 'AttemptAccepted');
      await followOutreach(parts, { outreachId: idOf(1), tenantId, causationId: 'taken' });
      const late = orchestrator({ store, requests: [requestOf(1)] });
      await bookDecision({ books: late.books, zone: 'UTC' }, { request: requestOf(1), inputs, now: at(3) });
      const open = [{ stream: budget, key: `${idOf(1)}.1/1/1`, reservedAt: at(3) }];
      const another = orchestrator({ store, requests: [], open, now: at(1_000) });
      const follow = { outreachId: idOf(1), tenantId, causationId: 'again' };
      await (by === 'sweep' ? reclaimReservations(another, follow) : followOutreach(another, follow));
      expect(await changesOf(store, budget)).toEqual(['limited', 'reserved', 'settled', 'reserved', 'released']);
    },
  );

  it('was frozen for longer than the booking: the slot of what went out stays where it is', async () => {
    const store = new InMemoryEventStore();
    const parts = orchestrator({ store, requests: [requestOf(1)] });
    await decide(parts, 1);
    await sent(store, 'AttemptAccepted');
    const late = orchestrator({ store, requests: [requestOf(1)], now: at(3600) });
    const [answer] = await decideBatch(late, [{ outreachId: idOf(1), causationId: '1', fresh: true }]);
    expect(answer).toMatchObject({ value: { answer: { status: 'scheduled', sendAt: at(0) } } });
    expect(await changesOf(store, person)).toEqual(['booked']);
    expect(await typesOf(store, 1)).toEqual([...scheduled, 'AttemptStarted', 'AttemptAccepted']);
  });

  it('and crashed before it gave back: the sweep gives back, and settles nothing again', async () => {
    const store = new InMemoryEventStore();
    const parts = orchestrator({ store, requests: [requestOf(1)] });
    await over(store, parts);
    const late = orchestrator({ store, requests: [requestOf(1)] });
    await bookDecision({ books: late.books, zone: 'UTC' }, { request: requestOf(1), inputs, now: at(3) });
    const open = [{ stream: budget, key: `${idOf(1)}.1/1/1`, reservedAt: at(3) }];
    const sweeper = orchestrator({ store, requests: [], open, now: at(1_000) });
    const follow = { outreachId: idOf(1), tenantId, causationId: 'sweep' };
    await followOutreach(sweeper, { ...follow, known: await reclaimReservations(sweeper, follow) });
    expect(await changesOf(store, budget)).toEqual(['limited', 'reserved', 'settled', 'reserved', 'released']);
  });
});

describe('what was reserved and never committed', () => {
  const reserved = async (store: InMemoryEventStore) => {
    const crashed = orchestrator({ store, requests: [requestOf(1)] });
    await bookDecision({ books: crashed.books, zone: 'UTC' }, { request: requestOf(1), inputs, now: at(0) });
    const key = `${idOf(1)}.1/1/1`;
    return { open: [person, budget].map((stream) => ({ stream, key, reservedAt: at(0) })) };
  };
  const late = at(RECLAIM_AFTER_MS / 1000);
  const follow = { outreachId: idOf(1), tenantId, causationId: 'sweep' };

  it('is reclaimed behind a fence, and the request is decided in its next round', async () => {
    const store = new InMemoryEventStore();
    const { open } = await reserved(store);
    const parts = orchestrator({ store, requests: [requestOf(1)], open, now: late });
    await followOutreach(parts, { ...follow, known: await reclaimReservations(parts, follow) });
    expect(await typesOf(store, 1)).toEqual(['OutreachAbandoned']);
    expect(await changesOf(store, person)).toEqual(['booked', 'released']);
    const [decided] = await decide(parts, 1);
    expect(decided).toMatchObject({ value: { answer: { status: 'scheduled' } } });
    expect(await typesOf(store, 1)).toEqual(['OutreachAbandoned', ...scheduled]);
    expect(await changesOf(store, budget)).toEqual([
      ...['limited', 'reserved', 'released'],
      // Taken for the round it did not know to be over, given back, taken for its own.
      ...['reserved', 'released', 'reserved'],
    ]);
  });

  it('cannot be committed any more by the slow decider that reserved it: it books anew', async () => {
    const store = new InMemoryEventStore();
    let stalled: (() => void) | undefined;
    const append = async (request: AppendRequest) => {
      const first = request.stream.startsWith('outreach-') && stalled === undefined;
      if (first) await new Promise<void>((resolve) => (stalled = resolve));
      return store.append(request);
    };
    const slow = orchestrator({
      store: { append, readStream: (stream, options) => store.readStream(stream, options) },
      requests: [requestOf(1)],
    });
    const deciding = decide(slow, 1);
    while (stalled === undefined) await Promise.resolve();
    const key = `${idOf(1)}.1/1/1`;
    const open = [person, budget].map((stream) => ({ stream, key, reservedAt: at(0) }));
    const sweeper = orchestrator({ store, requests: [], open, now: late });
    await reclaimReservations(sweeper, follow);
    stalled();
    expect(await deciding).toMatchObject([{ value: { answer: { status: 'scheduled' } } }]);
    const { state } = await readOutreach(store, idOf(1));
    expect(state).toMatchObject({ status: 'active', deliveries: [{ booking: { round: 2 } }] });
    expect(await changesOf(store, budget)).toEqual(['limited', 'reserved', 'released', 'reserved']);
  });

  it('is left alone while it is young, or when nothing is open', async () => {
    const store = new InMemoryEventStore();
    const { open } = await reserved(store);
    const young = orchestrator({ store, requests: [], open, now: at(60) });
    expect((await reclaimReservations(young, follow)).state).toEqual(emptyOutreach);
    expect(await typesOf(store, 1)).toEqual([]);
  });
});
