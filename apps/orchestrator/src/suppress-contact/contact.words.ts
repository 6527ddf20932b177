import { contactWordOf, deliveryOf, type OutreachState, type SignalledFact } from '@homing/domain';
import type { ContactWord } from './contact.keeper.js';

/** What provider facts about an outreach say of the addresses it was sent to; most say nothing. Each word once. */
export function contactWordsOf(state: OutreachState, facts: readonly SignalledFact[], now: string): ContactWord[] {
  if (state.status === 'none') return [];
  const { tenantId } = state.request;
  const words = new Map<string, ContactWord>();
  for (const { leg, fact, subtype, code, occurredAt: at, providerEventId } of facts) {
    const word = contactWordOf({ fact, ...(subtype ? { subtype } : {}), ...(code ? { code } : {}) });
    const delivery = deliveryOf(state, leg);
    if (!word || !delivery) continue;
    const { fingerprint, mask } = delivery.plan.contact;
    const of = { tenantId, fingerprint, channel: delivery.channel, causationId: providerEventId, at, now };
    const command = word.kind === 'suppress' ? { ...of, ...word, mask } : { ...of, ...word };
    const commandId = `fact:${fact}:${providerEventId}`;
    words.set(`${fingerprint}:${commandId}`, { command, commandId, likelyNew: word.kind === 'suppress' });
  }
  return [...words.values()];
}
