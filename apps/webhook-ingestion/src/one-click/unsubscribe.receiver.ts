import { readUnsubscribeToken, type UnsubscribeRef } from '@homing/channels';
import { signalMessage } from '@homing/contracts';
import type { Outgoing, PublishAck, Settled } from '@homing/messaging';
import { createHash } from 'node:crypto';
import type { RecentPresses } from './recent.presses.js';

/** What names the one-click link among those who tell facts. */
export const ONE_CLICK = 'one_click';

/** Largest body of a press in bytes; the one that is asked for has 26. */
export const PRESS_LIMIT = 4_096;

export interface UnsubscribeParts {
  /** In force; none: no link is honoured. */
  readonly keys: readonly string[];
  /** Resolves with one result per message; fulfilled means stored. */
  readonly publish: (messages: readonly Outgoing[]) => Promise<readonly Settled<PublishAck>[]>;
  readonly recent: RecentPresses;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Press {
  readonly token: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** `stored` is said only when the wish is durable on the bus; saying it again changes nothing. */
export type PressOutcome = 'stored' | 'not_stored' | 'unknown_link' | 'not_one_click';

/** What a link names; undefined where we did not make it. */
export const linkOf = ({ keys }: Pick<UnsubscribeParts, 'keys'>, token: string): UnsubscribeRef | undefined =>
  readUnsubscribeToken(keys, token);

/**
 * RFC 8058: `List-Unsubscribe=One-Click`, as a form of either kind, behind a link that we signed. The recipient's wish goes the way of
 * every provider's fact: the orchestrator holds the address back first, then records it.
 */
export async function pressUnsubscribe(parts: UnsubscribeParts, press: Press): Promise<PressOutcome> {
  const ref = linkOf(parts, press.token);
  if (!ref) return 'unknown_link';
  if (!(await isOneClick(press))) return 'not_one_click';
  if (parts.recent.has(ref.deliveryId)) return 'stored';
  const at = new Date(parts.now()).toISOString();
  const { tenantId, deliveryId, attempt } = ref;
  const fact = {
    fact: 'unsubscribed',
    occurredAt: at,
    providerEventId: `one-click:${deliveryId}`,
    payloadDigest: createHash('sha256').update(press.token).digest('hex'),
    tenantId,
    deliveryId,
    attempt,
  } as const;
  const message = signalMessage(fact, { provider: ONE_CLICK, channel: 'email', receivedAt: at }, SOURCE);
  const [result] = await parts.publish([message]);
  if (result?.status !== 'fulfilled') return 'not_stored';
  parts.recent.add(ref.deliveryId);
  return 'stored';
}

const SOURCE = 'homing/webhook-ingestion';

async function isOneClick({ contentType, body }: Press): Promise<boolean> {
  if (contentType === undefined || body.length > PRESS_LIMIT) return false;
  try {
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
    return form.getAll('List-Unsubscribe').includes('One-Click');
  } catch {
    return false;
  }
}
