import { v5 } from 'uuid';
import { type OutreachEvent, outreachStream, type ProviderFactKind } from '@homing/contracts';
import {
  commitBatch,
  loadFolded,
  PROJECTION,
  projectBatch,
  type ReadModelConnection,
  type StoredEvent,
  takeLease,
  type TakenLease,
} from '@homing/read-model';

const SPACE = '4c2f0f0e-6b7e-4a51-9a3c-0d6a1b1f7c22';
/** Seconds after the story begins, as an ISO instant. */
export const at = (second: number): string => new Date(Date.UTC(2026, 0, 5, 9, 0, second)).toISOString();

export interface Told {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly acceptedAt: string;
  readonly campaignKey?: string;
}

export type EmailStory = ReturnType<typeof emailStory>;

/** The events of one email outreach, as the deciders write them. */
export function emailStory(told: Told) {
  const { outreachId, acceptedAt } = told;
  const of = { deliveryId: `${outreachId}.1`, leg: 1, channel: 'email' as const };
  const attempt = { ...of, attempt: 1, provider: 'sendgrid' };
  const contact = { ordinal: 0, fingerprint: 'f'.repeat(43), mask: 's***@e***.test' };
  const step = (name: 'dedup' | 'channel_selection' | 'send_time', code: string) => ({
    step: name,
    outcome: 'passed' as const,
    code,
  });
  const requested: OutreachEvent = {
    type: 'OutreachRequested',
    data: {
      ...told,
      messageType: 'outreach',
      strategy: 'single',
      urgency: 'normal',
      content: { kind: 'literal', channels: ['email'] },
      contacts: [{ channel: 'email', ...contact }],
      expiresAt: at(90_000),
      via: 'api',
    },
  };
  const decided: OutreachEvent = {
    type: 'OutreachDecided',
    data: {
      strategy: 'single',
      legs: [
        {
          leg: 1,
          channel: 'email',
          provider: 'sendgrid',
          contact,
          sendAt: acceptedAt,
          cost: { micros: 1_000, currency: 'EUR' },
          retry: { maxRetries: 2, delaysSeconds: [] },
        },
      ],
      fallbackChain: [],
      cost: { micros: 1_000, currency: 'EUR' },
      confidence: 0.5,
      explanation: {
        policyVersion: '1',
        decidedAt: acceptedAt,
        steps: [step('dedup', 'no_duplicate'), step('channel_selection', 'ranked'), step('send_time', 'now')],
        ranked: [{ channel: 'email', rank: 1, score: 0.5, reason: 'prior' }],
        excluded: [{ channel: 'sms', reason: 'no_contact_point' }],
      },
    },
  };
  const scheduled: OutreachEvent = {
    type: 'DeliveryScheduled',
    data: { ...of, sendAt: acceptedAt, expiresAt: at(90_000) },
  };
  return {
    told,
    outreachId,
    tenantId: told.tenantId,
    requested,
    intake: [requested, decided, scheduled] as OutreachEvent[],
    refused: (refusing: 'dedup' | 'budget', reason: string): OutreachEvent => ({
      type: 'OutreachRefused',
      data: {
        step: refusing,
        reason,
        steps: [{ step: refusing, outcome: 'refused', code: reason }],
        policyVersion: '1',
        decidedAt: acceptedAt,
      },
    }),
    started: (): OutreachEvent => ({
      type: 'AttemptStarted',
      data: {
        ...attempt,
        claimId: v5(outreachId, SPACE),
        claimedBy: 'gateway',
        startedAt: at(100),
        leaseUntil: at(130),
      },
    }),
    accepted: (): OutreachEvent => ({
      type: 'AttemptAccepted',
      data: { ...attempt, providerMessageId: `m-${outreachId}`, acceptedAt: at(101) },
    }),
    rejected: (code: string): OutreachEvent => ({
      type: 'AttemptRejected',
      data: { ...attempt, class: 'retryable', code, rejectedAt: at(101) },
    }),
    retry: (): OutreachEvent => ({
      type: 'RetryScheduled',
      data: { ...of, attempt: 2, at: at(200), because: 'http_503' },
    }),
    unknown: (): OutreachEvent => ({
      type: 'AttemptOutcomeUnknown',
      data: { ...attempt, reason: 'timeout', since: at(130) },
    }),
    fact: (fact: ProviderFactKind): OutreachEvent => ({
      type: 'ProviderFactRecorded',
      data: {
        ...attempt,
        payloadDigest: 'd'.repeat(64),
        fact,
        occurredAt: at(110),
        providerEventId: `${fact}-${outreachId}`,
      },
    }),
    settled: (outcome: 'delivered' | 'failed'): OutreachEvent => ({
      type: 'OutreachSettled',
      data: { outcome, at: at(300) },
    }),
  };
}

/** Puts events into the read model through the projections themselves, one batch a call, positions growing with gaps. */
export class StoryProjector {
  #position = 100n;
  readonly #revisions = new Map<string, bigint>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly connection: ReadModelConnection,
    private lease: TakenLease,
  ) {}

  static async start(connection: ReadModelConnection): Promise<StoryProjector> {
    return new StoryProjector(connection, await takeLease(connection.db, PROJECTION));
  }

  /** Resolves with the positions given, once committed. Calls take turns. */
  tell(story: Pick<EmailStory, 'outreachId' | 'tenantId'>, events: readonly OutreachEvent[]): Promise<bigint[]> {
    const told = this.#turn.then(() => this.#tell(story, events));
    this.#turn = told.catch(() => {});
    return told;
  }

  async #tell(
    { outreachId, tenantId }: Pick<EmailStory, 'outreachId' | 'tenantId'>,
    events: readonly OutreachEvent[],
  ): Promise<bigint[]> {
    const batch = events.map((event): StoredEvent => {
      const revision = (this.#revisions.get(outreachId) ?? -1n) + 1n;
      this.#revisions.set(outreachId, revision);
      this.#position += 37n;
      const recordedAt = at(Number(revision));
      const metadata = { tenantId, recordedAt };
      const id = v5(`${outreachId} ${revision}`, SPACE);
      return {
        stream: outreachStream(outreachId),
        id,
        ...event,
        metadata,
        revision,
        position: this.#position,
        created: new Date(recordedAt),
      };
    });
    const known = await loadFolded(this.connection, [outreachId]);
    const to = batch.at(-1)?.position ?? this.#position;
    await commitBatch(this.connection, {
      lease: this.lease,
      from: this.lease.position,
      to,
      changes: projectBatch(batch, known),
    });
    this.lease = { ...this.lease, position: to };
    return batch.map((event) => event.position);
  }
}
