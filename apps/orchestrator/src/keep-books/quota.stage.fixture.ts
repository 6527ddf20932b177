import {
  deliveryIdOf,
  outreachStream,
  type CampaignSettings,
  type LegBooking,
  type OutreachEvent,
  type OutreachRequested,
  type TenantSettings,
} from '@homing/contracts';
import { DEFAULT_POLICY, type DecisionPolicy, type OpenReservation } from '@homing/domain';
import type { EventStore } from '@homing/event-store';
import { createLedgers } from '@homing/event-store/ledger';
import { readOutreach } from '@homing/event-store/outreach';
import { request as story } from '@homing/testing/outreach-story';
import type { AcceptedRecord } from '@homing/vault/intake';
import { decideBatch, type DecideParts } from '../decide-outreach/decide.batch.js';
import { followOutreach, reclaimReservations, type FollowParts } from '../follow-outreach/outreach.follower.js';
import { gatherRules, PRODUCT_RULES } from './policy.gatherer.js';

export const { tenantId } = story;
export const campaignKey = 'c1f2c8e0-6c0e-4b43-9d0c-000000000003';
export const outreachIdOf = (n: number): string => `9f0c1d7e-4a3b-5c2d-8e1f-${String(n).padStart(12, '0')}`;

export interface QuotaStage {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly clock: { now: string };
  readonly tenant?: TenantSettings;
  readonly campaign?: CampaignSettings;
  readonly request?: Partial<OutreachRequested>;
  readonly policy?: DecisionPolicy;
  /** What is projected as open, for `reclaim`. */
  readonly open?: readonly OpenReservation[];
}

/** One orchestrator over a store; each request is for a person of its own. */
export function quotaOrchestrator(stage: QuotaStage) {
  const { store, clock, tenant = {}, campaign, policy = DEFAULT_POLICY } = stage;
  const now = (): string => clock.now;
  const kept = { id: campaignKey, tenantId, campaignId: 'c', status: 'active', currency: 'EUR', settingsVersion: 1 };
  const registry = {
    findTenants: async (ids: readonly string[]) => ids.map(() => ({ settings: tenant, settingsVersion: 1 })),
    findCampaignsById: async (refs: readonly unknown[]) => refs.map(() => ({ ...kept, settings: campaign })),
  } as never;
  const common = { store, instance: 'spec', now, policy, books: createLedgers({ store, instance: 'spec', now }) };
  const deciding: DecideParts = {
    ...common,
    vault: { loadAccepted: async (ids) => ids.map((id) => recordOf(id, stage)), markFed: async () => undefined },
    suppressed: async () => new Set(),
    rulesOf: (requests) => gatherRules(registry, policy, requests),
  };
  const following: FollowParts = {
    ...common,
    suppressed: async () => new Set<string>(),
    openReservations: async () => stage.open ?? [],
    rulesOf: async (of) => (await gatherRules(registry, policy, [of]))[0] ?? PRODUCT_RULES,
  };
  return {
    decide: (...ns: readonly number[]) =>
      decideBatch(
        deciding,
        ns.map((n) => ({ outreachId: outreachIdOf(n), causationId: `${n}`, fresh: true })),
      ),
    follow: (n: number, causationId = 'follow') =>
      followOutreach(following, { outreachId: outreachIdOf(n), tenantId, causationId }),
    reclaim: (n: number) =>
      reclaimReservations(following, { outreachId: outreachIdOf(n), tenantId, causationId: 'reclaim' }),
  };
}

function recordOf(outreachId: string, { request: over, campaign, clock }: QuotaStage): AcceptedRecord {
  // Its last figures: a person for each.
  const personId = `5b6f2c8e-6c0e-4b43-9d0c-${outreachId.slice(-12)}`;
  const contacts = story.contacts.map((contact) => ({ ...contact, fingerprint: `fp-${outreachId}` }));
  const of = { ...story, ...(campaign ? { campaignKey } : {}), ...over, outreachId, acceptedAt: clock.now };
  const { personId: _p, contacts: _c, acceptedAt, ...requested } = of;
  return {
    ...{ outreachId, tenantId, personId, contacts, acceptedAt },
    decisionInput: { requested, inputs: { optedOut: [], contentChannels: ['email'] } },
    ...{ expiresAt: null, source: 'bus', erased: false, fed: false },
  };
}

/** What stands in an outreach's stream. */
export async function eventsOf(store: QuotaStage['store'], n: number): Promise<OutreachEvent[]> {
  const read = await store.readStream(outreachStream(outreachIdOf(n)));
  return read.kind === 'missing' ? [] : (read.events as unknown as OutreachEvent[]);
}

/** When a message was planned for and what it holds, or why it was refused. */
export async function decisionOf(store: QuotaStage['store'], n: number) {
  const events = await eventsOf(store, n);
  const decided = events.find((event) => event.type === 'OutreachDecided')?.data;
  const refused = events.find((event) => event.type === 'OutreachRefused')?.data;
  const leg = decided?.legs[0];
  const booking: LegBooking | undefined = leg?.booking;
  const steps = decided?.explanation.steps ?? refused?.steps ?? [];
  return { sendAt: leg?.sendAt, booking, refused, retry: leg?.retry, steps };
}

/** The provider refused the first attempt for now. */
export async function rejectAttempt(store: QuotaStage['store'], n: number, at: string): Promise<void> {
  const outreachId = outreachIdOf(n);
  const deliveryId = deliveryIdOf(outreachId, 1);
  const of = { deliveryId, leg: 1, channel: 'email' as const, attempt: 1, provider: 'sendgrid' };
  const metadata = {
    ...{ tenantId, correlationId: 'c', causationId: 'c' },
    ...{ recordedAt: at, recordedBy: 's', schemaVersion: 1 },
  };
  const { revision } = await readOutreach(store, outreachId);
  await store.append({
    ...{ stream: outreachStream(outreachId), expectedRevision: revision, commandId: 'tried', metadata },
    events: [
      { type: 'AttemptStarted', data: { ...of, claimId: 'c', claimedBy: 'g', startedAt: at, leaseUntil: at } },
      { type: 'AttemptRejected', data: { ...of, class: 'retryable', code: 'http_503', rejectedAt: at } },
    ],
  });
}
