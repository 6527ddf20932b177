import { createHash } from 'node:crypto';
import type { ParseFault } from '@homing/channels';
import type { DeadLetter } from '@homing/messaging';

const mostFaults = 20;

export interface UnreadableWebhook {
  readonly provider: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly rawBody: Uint8Array;
}

/**
 * The parts of a verified webhook that could not be read, as one letter for an operator: a JSON array of the elements as they came, or
 * the body where it was no array at all. The same parts once more are the same letter.
 */
export function unreadableLetter(
  { provider, receivedAt, rawBody }: UnreadableWebhook,
  faults: readonly ParseFault[],
): DeadLetter {
  const whole = faults.some(({ index }) => index < 0);
  const bytes = whole ? rawBody : Buffer.from(`[${faults.map(({ raw }) => raw).join(',')}]`, 'utf8');
  return {
    id: `dlq-webhook-${provider}-${createHash('sha256').update(bytes).digest('hex')}`,
    consumer: 'webhook-ingestion',
    subject: `webhook.${provider}`,
    bytes,
    storedAt: receivedAt,
    reason: 'unreadable_webhook',
    faults: faults.slice(0, mostFaults).map(({ index, code }) => ({ path: index < 0 ? '' : `[${index}]`, code })),
  };
}
