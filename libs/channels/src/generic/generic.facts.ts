import type { ProviderFactKind } from '@homing/contracts';
import { present, type Json } from '../json.reading.js';

interface Meaning {
  readonly fact: ProviderFactKind;
  readonly subtype?: 'hard' | 'soft';
  readonly code?: string;
  readonly machine?: boolean;
  readonly unknownEvent?: string;
}

const FACTS: Readonly<Record<string, ProviderFactKind>> = {
  queued: 'queued',
  accepted: 'queued',
  processed: 'sent',
  sent: 'sent',
  deferred: 'deferred',
  delivered: 'delivered',
  open: 'opened',
  opened: 'opened',
  read: 'read',
  click: 'clicked',
  clicked: 'clicked',
  reply: 'replied',
  replied: 'replied',
  bounce: 'bounced',
  bounced: 'bounced',
  undelivered: 'undelivered',
  failed: 'failed',
  dropped: 'dropped',
  spam: 'complained',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
  resubscribed: 'resubscribed',
};
const WITH_REASON: ReadonlySet<ProviderFactKind> = new Set(['deferred', 'bounced', 'undelivered', 'failed', 'dropped']);

/** What `event` or `status` says, in our words; undefined where there is neither. A word we do not know is kept under `other`. */
export function meaningOf(body: Json): Meaning | undefined {
  const word = wordOf(body);
  if (word === undefined) return undefined;
  const fact = Object.hasOwn(FACTS, word) ? FACTS[word] : undefined;
  if (!fact) return { fact: 'other', unknownEvent: /^[a-z][a-z0-9_]{0,39}$/.test(word) ? word : 'unnamed' };
  const reason = body['bounce_reason'] ?? body['reason'];
  return {
    fact,
    ...present('subtype', fact === 'bounced' ? subtypeOf(body['bounce_type'], reason) : undefined),
    ...present('code', WITH_REASON.has(fact) ? codeOf(reason) : undefined),
    ...((fact === 'opened' || fact === 'clicked') && body['machine'] === true ? { machine: true } : {}),
  };
}

/** The word an event goes by, in lower case. */
export function wordOf(body: Json): string | undefined {
  const said = body['event'] ?? body['status'];
  return typeof said === 'string' && said !== '' ? said.toLowerCase() : undefined;
}

/** Said outright, or told by what the other mail server said; a bounce nobody explains is believed to be for good. */
function subtypeOf(type: unknown, reason: unknown): 'hard' | 'soft' {
  if (type === 'soft' || type === 'hard') return type;
  return typeof reason === 'string' && /\b(4\.\d{1,3}\.\d{1,3}|4\d\d)\b/.test(reason) ? 'soft' : 'hard';
}

/** A code in the prose, or one of our own words in its place; the prose itself is not kept. */
function codeOf(reason: unknown): string {
  if (typeof reason !== 'string') return 'unstated';
  const enhanced = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(reason)?.[0];
  if (enhanced) return `smtp_${enhanced.replaceAll('.', '_')}`;
  const digits = /^([245]\d\d)\b/.exec(reason.trim())?.[1];
  if (digits) return `smtp_${digits}`;
  const word = reason
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  return WORDS.has(word) ? word : 'unstated';
}

const WORDS: ReadonlySet<string> = new Set([
  'invalid_address',
  'mailbox_full',
  'mailbox_unavailable',
  'no_such_mailbox',
  'blocked',
  'spam',
  'unreachable',
  'unknown_number',
  'landline',
  'expired',
  'opted_out',
  'bounced_address',
  'outside_window',
]);
