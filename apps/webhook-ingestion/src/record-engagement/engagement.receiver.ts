import { createHash } from 'node:crypto';
import { readTracking, type ParsedFact, type TrackingToken } from '@homing/channels';
import { signalMessage } from '@homing/contracts';
import type { Outgoing, PublishAck, Settled } from '@homing/messaging';
import { isMachine, type Visit } from './visitor.policy.js';

export interface EngagementParts {
  /** In force; none: no token is believed. */
  readonly keys: readonly string[];
  /** Resolves with one result per message; fulfilled means stored. */
  readonly publish: (messages: readonly Outgoing[]) => Promise<readonly Settled<PublishAck>[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds a reader waits for the bus at most. */
  readonly patienceMs: number;
}

/** `late`: the reader was answered before the bus had said so; it is stored if the bus comes back within the publisher's time. */
export type EngagementOutcome = 'stored' | 'late' | 'lost' | 'unknown_token';

const SOURCE = 'homing/webhook-ingestion';

/** The token, where it is one of this kind. */
export function tokenOf(
  { keys }: Pick<EngagementParts, 'keys'>,
  kind: TrackingToken['kind'],
  text: string,
): TrackingToken | undefined {
  const token = readTracking(text, keys);
  return token?.kind === kind ? token : undefined;
}

/**
 * What a call says, as a provider with tracking of its own would. A repeat is the same fact; but a person after a machine is another
 * one, else the scanner's call would swallow the reader's.
 */
export function factOf(token: TrackingToken, visit: Omit<Visit, 'sinceSentMs'>, now: number): ParsedFact {
  const { kind, provider, tenantId, deliveryId, attempt, sentAt, link } = token;
  const machine = isMachine({ ...visit, sinceSentMs: now - sentAt });
  const named = [kind, provider, tenantId, deliveryId, attempt, link?.position ?? '', link?.url ?? ''];
  const payloadDigest = createHash('sha256').update(JSON.stringify(named)).digest('hex');
  return {
    fact: kind === 'open' ? 'opened' : 'clicked',
    occurredAt: new Date(now).toISOString(),
    providerEventId: `${kind}-${payloadDigest.slice(0, 40)}${machine ? '-machine' : ''}`,
    tenantId,
    deliveryId,
    attempt,
    payloadDigest,
    ...(machine ? { machine: true } : {}),
  };
}

/** Makes the fact durable, for as long as a reader can be kept waiting. Never rejects. */
export async function recordEngagement(
  { publish, patienceMs, now }: EngagementParts,
  { token, visit }: { readonly token: TrackingToken; readonly visit: Omit<Visit, 'sinceSentMs'> },
  settled: (outcome: 'stored' | 'lost') => void,
): Promise<EngagementOutcome> {
  const at = now();
  const heard = { provider: token.provider, channel: 'email', receivedAt: new Date(at).toISOString() } as const;
  const publishing = publish([signalMessage(factOf(token, visit, at), heard, SOURCE)])
    .then(([result]) => (result?.status === 'fulfilled' ? 'stored' : 'lost') as 'stored' | 'lost')
    .catch(() => 'lost' as const);
  void publishing.then(settled);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), patienceMs)));
  return Promise.race([publishing, late]).finally(() => clearTimeout(timer));
}
