import type { Channel, ProviderFactKind } from '@homing/contracts';
import type { Delivery } from '../outreach/outreach.state.js';
import { attemptState, type AttemptState } from './attempt-state.policy.js';

/** What anybody may say of a message on any channel. */
const EVERYWHERE = ['queued', 'sent', 'replied', 'failed', 'dropped', 'unsubscribed', 'resubscribed', 'other'] as const;

/**
 * What a message on a channel can go through (REQUIREMENTS C1; providers README 0.4 and 14): the facts that move its state. Anything
 * else that a provider says is kept as `other` and moves nothing: an open of a text message is no open.
 */
export const CHANNEL_FACTS: Readonly<Record<Channel, ReadonlySet<ProviderFactKind>>> = {
  email: new Set([...EVERYWHERE, 'deferred', 'delivered', 'opened', 'clicked', 'bounced', 'complained']),
  sms: new Set([...EVERYWHERE, 'deferred', 'delivered', 'undelivered']),
  whatsapp: new Set([...EVERYWHERE, 'deferred', 'delivered', 'read', 'undelivered']),
  facebook: new Set([...EVERYWHERE, 'delivered', 'read']),
  instagram: new Set([...EVERYWHERE, 'read']),
  twitter: new Set([...EVERYWHERE, 'read']),
  linkedin: new Set(EVERYWHERE),
  contact_form: new Set(EVERYWHERE),
  phone: new Set(EVERYWHERE),
};

/** On these nobody ever says that a message arrived: that it was taken is the last word there is to wait for. */
export const hasDeliveryReceipts = (channel: Channel): boolean => CHANNEL_FACTS[channel].has('delivered');

const TAKEN: ReadonlySet<AttemptState> = new Set(['queued', 'sent']);

/** True when it was taken on a channel without receipts: as far along as anybody will ever say by themselves. */
export function isAsGoodAsDelivered({ channel, attempts, next, closed }: Delivery): boolean {
  if (hasDeliveryReceipts(channel) || next || closed) return false;
  const last = attempts.at(-1);
  return last !== undefined && TAKEN.has(attemptState(last));
}
