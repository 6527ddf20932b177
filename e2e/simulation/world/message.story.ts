import type { ProviderFactKind } from '@homing/contracts';
import type { Random } from '../engine/random.source.js';
import type { LedgerLine, ToldFact } from './sim.provider.js';

type Beat = Pick<ToldFact, 'fact' | 'subtype' | 'machine' | 'code' | 'unknownEvent'>;

/** What may become of a message a provider took, in the provider's words. */
const STORIES = {
  delivered: [{ fact: 'sent' }, { fact: 'delivered' }],
  read: [{ fact: 'delivered' }, { fact: 'opened', machine: true }, { fact: 'opened' }, { fact: 'clicked' }],
  replied: [{ fact: 'delivered' }, { fact: 'opened' }, { fact: 'replied' }],
  deferred: [{ fact: 'deferred' }, { fact: 'deferred' }, { fact: 'delivered' }],
  deferred_for_ever: [{ fact: 'deferred' }],
  hard_bounce: [{ fact: 'sent' }, { fact: 'bounced', subtype: 'hard', code: 'mailbox_unavailable' }],
  soft_bounce: [{ fact: 'bounced', subtype: 'soft', code: 'mailbox_full' }],
  bounced_late: [{ fact: 'delivered' }, { fact: 'bounced', subtype: 'hard', code: 'mailbox_unavailable' }],
  dropped: [{ fact: 'dropped', code: 'invalid' }],
  complained: [{ fact: 'delivered' }, { fact: 'complained' }],
  unsubscribed: [{ fact: 'delivered' }, { fact: 'unsubscribed' }, { fact: 'resubscribed' }],
  strange: [{ fact: 'other', unknownEvent: 'group_thing' }, { fact: 'delivered' }],
  silent: [],
} as const satisfies Record<string, readonly Beat[]>;

/** After these a provider has surely not reached the person by this message. */
export const ENDED_BADLY: ReadonlySet<ProviderFactKind> = new Set(['bounced', 'dropped', 'undelivered', 'failed']);

/** The facts of one message and when each comes to be. */
export function storyOf(
  line: LedgerLine,
  random: Random,
): (Omit<ToldFact, 'at' | 'occurredAt'> & { afterMs: number })[] {
  const name = random.weighted<keyof typeof STORIES>({
    delivered: 6,
    read: 3,
    replied: 1,
    deferred: 1,
    deferred_for_ever: 1,
    hard_bounce: 2,
    soft_bounce: 3,
    bounced_late: 1,
    dropped: 1,
    complained: 1,
    unsubscribed: 1,
    strange: 1,
    silent: 2,
  });
  let afterMs = 0;
  return STORIES[name].map((beat: Beat, i) => {
    afterMs += random.skewed(60_000);
    const { deliveryId, attempt, tenantId, providerMessageId } = line;
    const providerEventId = `${providerMessageId}-${i}`;
    return {
      ...beat,
      deliveryId,
      attempt,
      tenantId,
      providerMessageId,
      providerEventId,
      payloadDigest: providerEventId,
      afterMs,
    };
  });
}
