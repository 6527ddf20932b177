import type { ProviderFact } from '@homing/contracts';
import { smtpCodeIn } from '../op-args.reader.js';

/** One event as Brevo posts it. */
export type BrevoEvent = Readonly<Record<string, unknown>>;

type Meaning = Pick<ProviderFact, 'fact' | 'subtype' | 'code' | 'machine' | 'unknownEvent'>;

/** What an event says, in our words. A name we do not know is kept under `other`; undefined when there is no name. */
export function meaningOf(event: BrevoEvent): Meaning | undefined {
  const name = event['event'];
  if (typeof name !== 'string' || name === '') return undefined;
  switch (name) {
    case 'request':
      return { fact: 'queued' };
    case 'sent':
    case 'delivered':
      return { fact: name };
    // Brevo calls some 550 a deferral: the code says so, and what follows of it is left to the bounce that follows.
    case 'deferred':
      return { fact: 'deferred', ...coded(smtpCodeIn(event['reason'])) };
    case 'soft_bounce':
      return { fact: 'bounced', subtype: 'soft', ...coded(smtpCodeIn(event['reason'])) };
    case 'hard_bounce':
      return { fact: 'bounced', subtype: 'hard', ...coded(smtpCodeIn(event['reason'])) };
    case 'invalid':
    case 'invalid_email':
      return { fact: 'bounced', subtype: 'hard', code: 'invalid_address' };
    case 'blocked':
      return { fact: 'dropped', code: blockedBecause(event['reason']) };
    case 'error':
      return { fact: 'failed', ...coded(smtpCodeIn(event['reason'])) };
    case 'spam':
    case 'complaint':
      return { fact: 'complained' };
    case 'unsubscribe':
    case 'unsubscribed':
      return { fact: 'unsubscribed' };
    case 'opened':
    case 'unique_opened':
      return { fact: 'opened' };
    case 'proxy_open':
    case 'unique_proxy_open':
      return { fact: 'opened', machine: true };
    case 'click':
      return { fact: 'clicked' };
    case 'reply':
      return { fact: 'replied' };
    default:
      return { fact: 'other', unknownEvent: /^[a-z][a-z0-9_]{0,39}$/.test(name) ? name : 'unnamed' };
  }
}

/** Why Brevo held it back, by the words its sentence begins with in its documents; the sentence itself is not kept. */
function blockedBecause(reason: unknown): string {
  const text = typeof reason === 'string' ? reason.toLowerCase() : '';
  if (/unsub/.test(text)) return 'unsubscribed_address';
  if (/spam|complain/.test(text)) return 'spam_reporting_address';
  if (/bounce/.test(text)) return 'bounced_address';
  if (/blacklist|blocklist|blocked contact/.test(text)) return 'blocklisted_address';
  return 'unstated';
}

const coded = (code: string | undefined) => (code === undefined ? {} : { code });
