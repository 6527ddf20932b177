// Chains over three channels that this spec's policy enables, with books of their own.
import { describe, expect, it } from '@jest/globals';
import {
  outreachStream,
  personStream,
  type Channel,
  type OutreachEvent,
  type OutreachRequested,
  type PersonEvent,
  type RequestedStep,
} from '@homing/contracts';
import { DEFAULT_POLICY, emptyPerson, evolvePerson, type DecisionPolicy } from '@homing/domain';
import { createLedgers } from '@homing/event-store/ledger';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { readOutreach } from '@homing/event-store/outreach';
import { at, outreachId, request as plain } from '@homing/testing/outreach-story';
import { decideBatch, type DecideParts } from '../decide-outreach/decide.batch.js';
import { followOutreach, type FollowParts } from './outreach.follower.js';

const CHANNELS = ['email', 'linkedin', 'contact_form'] as const;
const { tenantId, personId } = plain;

const contactsOn = (...channels: Channel[]) =>
  channels.map((channel) => ({ channel, ordinal: 0, fingerprint: `f-${channel}`, mask: 'm' }));

const policyWith = (
  caps: DecisionPolicy['contactLimits']['caps'],
  channels: readonly Channel[] = CHANNELS,
): DecisionPolicy => ({
  ...DEFAULT_POLICY,
  contactLimits: { caps, dedupHours: 24 },
  channels: Object.fromEntries(
    channels.map((channel) => [
      channel,
      {
        ...{ enabled: true, provider: channel, assisted: true, prior: 0.5 },
        ...{ price: { micros: 0, currency: 'EUR' }, retry: { maxRetries: 0, delaysSeconds: [] } },
      },
    ]),
  ),
});

const steps: RequestedStep[] = CHANNELS.map((channel, i) => ({
  ...{ step: i + 1, channel, waitHours: 24, until: 'answered' },
}));

class Stage {
  second = 0;
  readonly store = new InMemoryEventStore();
  readonly held = new Set<string>();
  readonly #request: OutreachRequested;
  readonly #policy: DecisionPolicy;

  readonly #channels: readonly Channel[];

  constructor(
    over: Partial<OutreachRequested> = {},
    caps: DecisionPolicy['contactLimits']['caps'] = [],
    channels: readonly Channel[] = CHANNELS,
  ) {
    this.#channels = channels;
    const contacts = contactsOn(...channels);
    const content = { kind: 'literal', channels } as const;
    this.#request = { ...plain, contacts, content, contentKey: 'k', strategy: 'fallback', steps, ...over };
    this.#policy = policyWith(caps, channels);
  }

  get books() {
    return createLedgers({ store: this.store, instance: 'spec', now: () => at(this.second) });
  }

  get #common() {
    const now = (): string => at(this.second);
    return {
      ...{ store: this.store, instance: 'spec', now, books: this.books },
      suppressed: async () => new Set([...this.held].map((fingerprint) => `${tenantId}/${fingerprint}`)),
    };
  }

  async decide(): Promise<void> {
    const { contacts, personId: person, acceptedAt, expiresAt, ...requested } = this.#request;
    const inputs = { optedOut: [], contentChannels: this.#channels };
    const record = {
      ...{ outreachId, tenantId, personId: person, acceptedAt, expiresAt, source: 'api', sealedRef: 'r' },
      ...{ contacts, decisionInput: { requested, inputs }, fed: false, erased: false },
    };
    const parts = {
      ...this.#common,
      ...{ policy: this.#policy, vault: { loadAccepted: async () => [record], markFed: async () => undefined } },
      rulesOf: async (all: readonly unknown[]) => all.map(() => ({ policy: this.#policy, zone: 'UTC' })),
    } as unknown as DecideParts;
    const [result] = await decideBatch(parts, [{ outreachId, causationId: 'c', fresh: true }]);
    if (result?.status === 'rejected') throw result.reason;
  }

  follow(causationId = `f${this.second}`, over: Partial<FollowParts> = {}) {
    const parts: FollowParts = {
      ...this.#common,
      openReservations: async () => [],
      rulesOf: async () => ({ policy: this.#policy, zone: 'UTC' }),
      ...over,
    };
    return followOutreach(parts, { outreachId, tenantId, causationId });
  }

  async events(): Promise<OutreachEvent[]> {
    const read = await this.store.readStream(outreachStream(outreachId));
    return read.kind === 'missing' ? [] : (read.events as unknown as OutreachEvent[]);
  }

  async told(from = 0): Promise<string[]> {
    return (await this.events()).slice(from).map(({ type, data }) => ('leg' in data ? `${type} ${data.leg}` : type));
  }

  /** Of the person's book. */
  async slots(): Promise<string[]> {
    const read = await this.store.readStream(personStream(personId));
    const changes =
      read.kind === 'missing'
        ? []
        : read.events.flatMap(({ data }) => (data as { changes: { kind: string; key: string }[] }).changes);
    return changes.map(({ kind, key }) => `${kind} ${key.split('/')[0]?.split('.')[1] ?? ''}`);
  }

  async attempt(leg: number, ends: 'sent' | 'refused' | 'delivered'): Promise<void> {
    const channel = this.#channels[leg - 1] as Channel;
    const of = { deliveryId: `${outreachId}.${leg}`, leg, channel, attempt: 1, provider: channel };
    const fact = { fact: 'delivered', occurredAt: at(this.second), providerEventId: 'e', payloadDigest: 'd' };
    const events = [
      {
        type: 'AttemptStarted',
        data: { ...of, claimId: 'c', claimedBy: 'g', startedAt: at(this.second), leaseUntil: at(this.second + 15) },
      },
      ends === 'refused'
        ? {
            type: 'AttemptRejected',
            data: { ...of, class: 'permanent', code: 'http_400', rejectedAt: at(this.second) },
          }
        : { type: 'AttemptAccepted', data: { ...of, providerMessageId: `pm-${leg}`, acceptedAt: at(this.second) } },
      ...(ends === 'delivered' ? [{ type: 'ProviderFactRecorded', data: { ...of, ...fact } }] : []),
    ];
    await this.tell(`attempt-${leg}`, events as unknown as OutreachEvent[]);
  }

  /** What another service appends. */
  async tell(commandId: string, events: readonly OutreachEvent[]): Promise<void> {
    const { revision } = await readOutreach(this.store, outreachId);
    const metadata = {
      ...{ tenantId, correlationId: 'c', causationId: 'c', recordedAt: at(this.second) },
      ...{ recordedBy: 's', schemaVersion: 1 },
    };
    await this.store.append({
      stream: outreachStream(outreachId),
      expectedRevision: revision,
      commandId,
      metadata,
      events,
    });
  }
}

const HOUR = 3600;

describe('the next step of a chain', () => {
  it('may be on the same channel with a text of its own: an invitation, and the message after its wait', async () => {
    const template = (n: number) => ({
      content: { kind: 'literal', channels: ['linkedin'] } as const,
      contentKey: `k${n}`,
    });
    const own = [1, 2].map((step) => ({
      ...steps[1]!,
      step,
      ...template(step),
      contentChannels: ['linkedin'] as const,
    }));
    const stage = new Stage({ steps: own, contacts: contactsOn('linkedin') }, [], ['linkedin', 'linkedin']);
    await stage.decide();
    await stage.attempt(1, 'sent');
    const before = (await stage.events()).length;
    stage.second = 25 * HOUR;
    await stage.follow();
    expect(await stage.told(before)).toEqual(['DeliveryGivenUp 1', 'FallbackPlanned 2', 'DeliveryScheduled 2']);
  });

  it.each([
    ['answers who wrote to us on it', true, ['FallbackPlanned 2', 'DeliveryScheduled 2']],
    ['is passed over where they never did', false, ['StepPassedOver 2']],
  ])('by Messenger %s', async (_what, wrote, expected) => {
    const own = [{ ...steps[0]! }, { ...steps[1]!, channel: 'facebook' as const }];
    const stage = new Stage({ steps: own, contacts: contactsOn('email', 'facebook') }, [], ['email', 'facebook']);
    await stage.decide();
    await stage.attempt(1, 'refused');
    const before = (await stage.events()).length;
    await stage.follow('f', { lastInboundOf: async () => [wrote ? { facebook: at(0) } : undefined] });
    expect((await stage.told(before)).filter((told) => told.endsWith(' 2'))).toEqual(expected);
  });

  it('follows what failed for good, with a place of its own in the person’s book', async () => {
    const stage = new Stage();
    await stage.decide();
    expect(await stage.told()).toEqual(['OutreachRequested', 'OutreachDecided', 'DeliveryScheduled 1']);
    await stage.attempt(1, 'refused');
    await stage.follow();
    expect(await stage.told(5)).toEqual(['DeliveryFailedPermanently 1', 'FallbackPlanned 2', 'DeliveryScheduled 2']);
    expect(await stage.slots()).toEqual(['booked 1', 'released 1', 'booked 2']);
    // Whoever repeats it changes nothing.
    await stage.follow();
    expect(await stage.told(8)).toEqual([]);
  });

  it('follows when nobody answered within the wait, and not a second sooner', async () => {
    const stage = new Stage();
    await stage.decide();
    await stage.attempt(1, 'delivered');
    stage.second = 24 * HOUR - 1;
    await stage.follow();
    expect(await stage.told(6)).toEqual([]);
    stage.second = 24 * HOUR;
    await stage.follow();
    expect(await stage.told(6)).toEqual(['DeliveryGivenUp 1', 'FallbackPlanned 2', 'DeliveryScheduled 2']);
    expect((await stage.events())[6]?.data).toMatchObject({ reason: 'not_answered_in_time' });
    // The first message may have reached the person: its slot is kept.
    expect(await stage.slots()).toEqual(['booked 1', 'booked 2']);
  });

  it('is passed over with the reason where it cannot be booked or its address is held back, and the one after it follows', async () => {
    const stage = new Stage({}, [{ limit: 0, hours: 24, channel: 'linkedin' }]);
    await stage.decide();
    await stage.attempt(1, 'refused');
    await stage.follow();
    expect(await stage.told(6)).toEqual(['StepPassedOver 2', 'FallbackPlanned 3', 'DeliveryScheduled 3']);
    expect((await stage.events())[6]?.data).toMatchObject({ step: 'frequency_cap', reason: 'cap_linkedin_0_in_24_h' });
    const held = new Stage();
    await held.decide();
    await held.attempt(1, 'refused');
    held.held.add('f-linkedin').add('f-contact_form');
    await held.follow();
    expect(await held.told(5)).toEqual([
      ...['DeliveryFailedPermanently 1', 'StepPassedOver 2', 'StepPassedOver 3', 'OutreachSettled'],
    ]);
  });

  it('is passed over where its person has withdrawn consent meanwhile', async () => {
    const stage = new Stage();
    await stage.decide();
    await stage.attempt(1, 'refused');
    const gone = { channel: 'linkedin', fingerprint: 'f-linkedin' } as const;
    const consents = [{ ...gone, standing: { kind: 'withdrawn', consentId: 'w' } as const }];
    await stage.follow('f', { consentsOf: async () => [consents] });
    expect(await stage.told(6)).toEqual(['StepPassedOver 2', 'FallbackPlanned 3', 'DeliveryScheduled 3']);
    expect((await stage.events())[6]?.data).toMatchObject({ step: 'channel_selection', reason: 'consent_withdrawn' });
  });

  it('is asked again where the books cannot be reached, and nothing is guessed', async () => {
    const stage = new Stage();
    await stage.decide();
    await stage.attempt(1, 'refused');
    const away = { person: () => Promise.reject(new Error('away')) } as unknown as FollowParts['books'];
    await expect(stage.follow('f', { books: away })).rejects.toThrow('away');
    expect(await stage.told(5)).toEqual(['DeliveryFailedPermanently 1']);
    await stage.follow('g');
    expect(await stage.told(6)).toEqual(['FallbackPlanned 2', 'DeliveryScheduled 2']);
  });
});

describe('a task that somebody had sent after it was withdrawn', () => {
  it('counts in the person’s book again, once, however often it is followed', async () => {
    const stage = new Stage({ steps: [steps[1]!].map((step) => ({ ...step, step: 1 })) }, [], ['linkedin']);
    await stage.decide();
    const of = { deliveryId: `${outreachId}.1`, leg: 1, channel: 'linkedin', attempt: 1 } as const;
    const by = { provider: 'linkedin', by: 'key:k', outcome: 'sent', despite: 'suppressed' } as const;
    await stage.tell('asked', [
      {
        type: 'AttemptStarted',
        data: { ...of, provider: 'linkedin', claimId: 'c', claimedBy: 'g', startedAt: at(0), leaseUntil: at(15) },
      },
      {
        type: 'AssistanceRequested',
        data: { ...of, provider: 'linkedin', reason: 'partners_only', requestedAt: at(1) },
      },
      { type: 'DeliverySkipped', data: { ...of, reason: 'suppressed', at: at(2) } },
    ]);
    stage.second = 3;
    await stage.follow();
    expect(await stage.slots()).toEqual(['booked 1', 'released 1']);
    await stage.tell('done', [{ type: 'AssistedTaskDone', data: { ...of, ...by, at: at(60) } }]);
    stage.second = 61;
    await stage.follow();
    await stage.follow('again');
    expect(await stage.slots()).toEqual(['booked 1', 'released 1', 'booked 1']);
  });
});

describe('a reservation of a later step that is nobody’s', () => {
  const key = (round: number): string => `${outreachId}.2/${round}/1`;
  /** As who lost the race to decide has booked for the second step, or who planned it before it was fenced off. */
  const bookedBy = async (stage: Stage, round: number): Promise<void> => {
    const slot = { key: key(round), channel: 'linkedin', ordinal: 0, fingerprint: 'f-linkedin', content: 'k' } as const;
    const cost = { micros: 0, currency: 'EUR' };
    const [from, until] = [at(stage.second), at(stage.second + 300)];
    await stage.books.person(personStream(personId), tenantId, {
      ...{ kind: 'book', slot: { ...slot, at: from, until, cost }, limits: { caps: [], dedupHours: null } },
    });
  };
  const releasedBy = (stage: Stage, round: number) =>
    stage.books.person(personStream(personId), tenantId, { kind: 'release', key: key(round) });
  const heldBy = async (stage: Stage): Promise<string[]> => {
    const read = await stage.store.readStream(personStream(personId));
    const events = read.kind === 'missing' ? [] : (read.events as unknown as PersonEvent[]);
    return events.reduce(evolvePerson, emptyPerson).slots.map((slot) => slot.key.slice(outreachId.length));
  };

  it('is not taken over: whoever made it may still give it back', async () => {
    const stage = new Stage({}, [{ limit: 1, hours: 24 }]);
    await stage.decide();
    await stage.attempt(1, 'refused');
    await stage.follow('fails', { books: { person: () => Promise.reject(new Error('away')) } as never }).catch(() => 0);
    await stage.books.person(personStream(personId), tenantId, { kind: 'release', key: `${outreachId}.1/1/1` });
    await bookedBy(stage, 1);
    await stage.follow();
    expect((await stage.told()).slice(-2)).toEqual(['FallbackPlanned 2', 'DeliveryScheduled 2']);
    await releasedBy(stage, 1);
    expect(await heldBy(stage)).toHaveLength(1);
  });

  it('nor is one that was fenced off and is about to be released', async () => {
    const stage = new Stage();
    await stage.decide();
    await stage.attempt(1, 'refused');
    const lost = (): Promise<never> => Promise.reject(new Error('the store is away'));
    const store = {
      append: lost,
      readStream: (name: string) => stage.store.readStream(name),
    } as unknown as FollowParts['store'];
    await stage.follow('closes', { books: { person: lost } as never }).catch(() => 0);
    await expect(stage.follow('planned', { store })).rejects.toThrow('away');
    const [before] = await heldBy(stage);
    const round = Number(before?.split('/')[1]);
    const { revision } = await readOutreach(stage.store, outreachId);
    const metadata = { tenantId, correlationId: 'c', causationId: 'c', recordedBy: 's', schemaVersion: 1 };
    await stage.store.append({
      stream: outreachStream(outreachId),
      expectedRevision: revision,
      commandId: 'fence',
      metadata: { ...metadata, recordedAt: at(stage.second) },
      events: [
        {
          type: 'BookingAbandoned',
          data: { deliveryId: `${outreachId}.2`, leg: 2, channel: 'linkedin', fence: 1, at: at(stage.second) },
        },
      ],
    });
    await stage.follow('again');
    expect((await stage.told()).slice(-2)).toEqual(['FallbackPlanned 2', 'DeliveryScheduled 2']);
    await releasedBy(stage, round);
    expect(await heldBy(stage)).toHaveLength(1);
  });
});

describe('a decision on several steps', () => {
  it('goes on to the first step that fits, and says why not those before it', async () => {
    const stage = new Stage({}, [{ limit: 0, hours: 24, channel: 'email' }]);
    await stage.decide();
    expect(await stage.told()).toEqual([
      ...['OutreachRequested', 'OutreachDecided', 'StepPassedOver 1', 'DeliveryScheduled 2'],
    ]);
  });

  it('books channels that are to be tried at once together, and leaves out the one that does not fit', async () => {
    const stage = new Stage({ strategy: 'parallel' }, [{ limit: 2, hours: 24 }]);
    await stage.decide();
    expect(await stage.told()).toEqual([
      ...['OutreachRequested', 'OutreachDecided', 'StepPassedOver 3', 'DeliveryScheduled 1', 'DeliveryScheduled 2'],
    ]);
    expect(await stage.slots()).toEqual(['booked 1', 'booked 2']);
    await stage.attempt(1, 'delivered');
    await stage.follow();
    expect((await stage.told()).at(-1)).not.toBe('OutreachSettled');
    await stage.attempt(2, 'refused');
    await stage.follow();
    expect((await stage.told()).slice(-2)).toEqual(['DeliveryFailedPermanently 2', 'OutreachSettled']);
  });
});
