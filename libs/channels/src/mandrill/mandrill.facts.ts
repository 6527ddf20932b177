import type { ProviderFact } from '@homing/contracts';
import { isRecord, list, matching, record, type Json } from '../json.reading.js';
import { smtpCodeIn } from '../op-args.reader.js';

type Meaning = Pick<ProviderFact, 'fact' | 'subtype' | 'code' | 'machine' | 'unknownEvent'>;

/** What a message event says, in our words; a name we do not know is kept under `other`. */
export function meaningOf(name: string, event: Json): Meaning {
  const message = record(event['msg']);
  switch (name) {
    case 'send':
      return { fact: 'sent' };
    case 'delivered':
      return { fact: 'delivered' };
    case 'deferral':
      return { fact: 'deferred', ...coded(smtpCodeIn(lastDiagnosis(message))) };
    case 'hard_bounce':
    case 'soft_bounce':
      return { fact: 'bounced', subtype: name === 'hard_bounce' ? 'hard' : 'soft', ...coded(bounceCode(message)) };
    case 'open':
      return { fact: 'opened', ...machine(event) };
    case 'click':
      return { fact: 'clicked', ...machine(event) };
    case 'spam':
      return { fact: 'complained' };
    case 'unsub':
      return { fact: 'unsubscribed' };
    case 'reject':
      return { fact: 'dropped', code: 'rejected' };
    default:
      return { fact: 'other', unknownEvent: matching(name, /^[a-z][a-z0-9_]{0,39}$/) ?? 'unnamed' };
  }
}

const coded = (code: string | undefined) => (code === undefined ? {} : { code });

const BOUNCES: Readonly<Record<string, string>> = {
  bad_mailbox: 'invalid_address',
  invalid_domain: 'invalid_address',
  mailbox_full: 'mailbox_full',
  inactive_mailbox: 'mailbox_unavailable',
};

const bounceCode = (message: Json) => BOUNCES[String(message['bounce_description'])] ?? smtpCodeIn(message['diag']);

const lastDiagnosis = (message: Json) => record(list(message['smtp_events']).at(-1))['diag'] ?? message['diag'];

/** What it takes for a robot itself. It says nothing of privacy proxies. */
const machine = (event: Json) => {
  const parsed = event['user_agent_parsed'];
  const type = isRecord(parsed) ? String(parsed['type']) : '';
  return /robot|crawler|validator/i.test(type) ? { machine: true } : {};
};
