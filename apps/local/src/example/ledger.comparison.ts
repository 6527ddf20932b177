import type { ListedOutreach } from './api.client.js';
import type { End, LedgerAccount } from './example.summary.js';
import { attemptKey } from './feed.journal.js';
import type { Heard } from './feed.journal.js';
import type { SentMessage } from './ledger.client.js';

export interface Compared {
  readonly row: ListedOutreach;
  readonly end: End;
  readonly heard: Heard | undefined;
}

/** Something may be with the provider that the system has not heard of yet, or will never hear of. */
const unsettled: ReadonlySet<End> = new Set(['open', 'unknown']);

/**
 * Holds what the system says against what the providers accepted: attempt by attempt where the feed told the whole story,
 * else by whether anything was sent at all.
 */
export function compareLedger(outreach: readonly Compared[], ledger: readonly SentMessage[]): LedgerAccount {
  const sent = new Map<string, SentMessage[]>();
  for (const message of ledger) sent.set(message.outreachId, [...(sent.get(message.outreachId) ?? []), message]);
  const attempts = new Set(ledger.map(({ deliveryId, attempt }) => attemptKey(deliveryId, attempt)));
  const unclaimed: string[] = [];
  const missing: string[] = [];
  for (const { row, end, heard } of outreach) {
    const found = new Set((sent.get(row.outreachId) ?? []).map((m) => attemptKey(m.deliveryId, m.attempt)));
    const claimed = heard?.whole ? heard.taken : undefined;
    if (claimed) missing.push(...[...claimed].filter((key) => !found.has(key)));
    else if (wasSent(row, end) && found.size === 0) missing.push(row.outreachId);
    if (unsettled.has(end)) continue;
    if (claimed) unclaimed.push(...[...found].filter((key) => !claimed.has(key)));
    else if (end === 'refused') unclaimed.push(...found);
  }
  return {
    messages: ledger.length,
    attempts: attempts.size,
    sentTwice: ledger.length - attempts.size,
    unclaimed,
    missing,
  };
}

const wasSent = ({ sentAt, deliveredAt }: ListedOutreach, end: End): boolean =>
  sentAt !== undefined || deliveredAt !== undefined || end === 'delivered' || end === 'bounced' || end === 'dropped';
