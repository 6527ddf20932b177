import { BUS_STREAMS, webhookSeenSubject } from '@homing/contracts';
import { lastMessage, type Bus, type Publisher, PublishRefusedError } from '@homing/messaging';
import type { ReplayStore } from './replay.check.js';

/** Answers kept in memory, so that a burst of repeats asks the bus once. */
const REMEMBERED = 10_000;

/**
 * Remembers on the bus, for all instances, what was seen first under a key. Kept for 26 hours, longer than such signatures are taken,
 * in a bounded stream that drops its oldest.
 */
export function busReplayStore(bus: Pick<Bus, 'api'>, publisher: Pick<Publisher, 'publishBytes'>): ReplayStore {
  const known = new Map<string, string>();
  const remember = (subject: string, content: string): string => {
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value ?? '');
    known.set(subject, content);
    return content;
  };
  return {
    async first(provider, key, content) {
      const subject = webhookSeenSubject(provider, key);
      const before = known.get(subject);
      if (before !== undefined) return before;
      // Only where nothing stands yet; the id names the content too, so that its own repeat is no refusal.
      const message = { msgId: `${subject}:${content}`, headers: { 'Nats-Expected-Last-Subject-Sequence': '0' } };
      try {
        await publisher.publishBytes(subject, Buffer.from(content), message);
        return remember(subject, content);
      } catch (error) {
        if (!(error instanceof PublishRefusedError)) throw error;
        const found = await lastMessage(bus, { stream: BUS_STREAMS.webhookSeen, subject });
        if (!found) throw error;
        return remember(subject, Buffer.from(found).toString());
      }
    },
  };
}
