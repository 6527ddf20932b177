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

/** Channels on which giving it is sending it: a site that took a form has it, and nobody speaks of it again. */
const SENT_WHEN_TAKEN: ReadonlySet<Channel> = new Set(['contact_form']);

/** A state of an attempt or a delivery as it is shown on its channel. */
export const shownOn = <T extends string>(channel: Channel, state: T): T | 'sent' =>
  state === 'queued' && SENT_WHEN_TAKEN.has(channel) ? 'sent' : state;

const TAKEN: ReadonlySet<AttemptState> = new Set(['queued', 'sent']);

/** Longest wait for a receipt after a message was taken, in hours: providers keep trying and telling for up to three days. */
export const SILENCE_HOURS = 72;

/**
 * True when nobody will say more of it: it was taken on a channel without receipts, or taken and left without a last word for
 * `SILENCE_HOURS`. What is heard later is recorded all the same.
 */
export function isLastWord({ channel, attempts, next, closed }: Delivery, now: string): boolean {
  const last = attempts.at(-1);
  const byHand = last?.assistance?.end?.late;
  if (!last || next || (closed && !byHand)) return false;
  const state = attemptState(last);
  if (TAKEN.has(state) && !hasDeliveryReceipts(channel)) return true;
  const since = Date.parse(last.leaseUntil);
  return (TAKEN.has(state) || state === 'deferred') && Date.parse(now) >= since + SILENCE_HOURS * 3_600_000;
}
