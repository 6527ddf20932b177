import type { ProviderFactKind } from '@homing/contracts';

/** One event of the array as SendGrid posts it. Custom args lie flat beside its own fields. */
export type SendgridEvent = Readonly<Record<string, unknown>>;

interface Meaning {
  readonly fact: ProviderFactKind;
  readonly subtype?: 'hard' | 'soft';
  readonly code?: string;
  readonly machine?: boolean;
  readonly unknownEvent?: string;
}

/** What an event says, in our words. A name we do not know is kept under `other`; undefined when there is no name. */
export function meaningOf(event: SendgridEvent): Meaning | undefined {
  const name = event['event'];
  if (typeof name !== 'string' || name === '') return undefined;
  switch (name) {
    case 'processed':
      return { fact: 'sent' };
    case 'deferred':
      return { fact: 'deferred', ...coded(smtpCode(event['response'])) };
    case 'delivered':
      return { fact: 'delivered' };
    case 'open':
      return { fact: 'opened', ...(isTrue(event['sg_machine_open']) ? { machine: true } : {}) };
    case 'click':
      return { fact: 'clicked' };
    case 'bounce':
      return bounce(event);
    case 'dropped':
      return { fact: 'dropped', code: DROP_REASONS[lower(event['reason'])] ?? 'unstated' };
    case 'spamreport':
      return { fact: 'complained' };
    case 'unsubscribe':
      return { fact: 'unsubscribed' };
    case 'group_unsubscribe':
      return { fact: 'unsubscribed', code: groupCode(event['asm_group_id']) };
    case 'group_resubscribe':
      return { fact: 'resubscribed', code: groupCode(event['asm_group_id']) };
    default:
      return { fact: 'other', unknownEvent: /^[a-z][a-z0-9_]{0,39}$/.test(name) ? name : 'unnamed' };
  }
}

/** `type` alone tells hard from soft: SendGrid reports blocks with 5.x.x statuses too. */
function bounce(event: SendgridEvent): Meaning {
  const classification = BOUNCE_CLASSES[lower(event['bounce_classification'])];
  const hard = event['type'] === 'bounce' || (event['type'] === undefined && classification === 'invalid_address');
  return {
    fact: 'bounced',
    subtype: hard ? 'hard' : 'soft',
    ...coded(classification ?? enhancedStatus(event['status']) ?? smtpCode(event['reason'])),
  };
}

const DROP_REASONS: Readonly<Record<string, string>> = {
  'bounced address': 'bounced_address',
  'unsubscribed address': 'unsubscribed_address',
  'spam reporting address': 'spam_reporting_address',
  invalid: 'invalid_address',
  'spam content': 'spam_content',
  'spam content (if spam checker app enabled)': 'spam_content',
  'invalid smtpapi header': 'invalid_header',
  'recipient list over package quota': 'over_quota',
};

const BOUNCE_CLASSES: Readonly<Record<string, string>> = {
  content: 'content',
  'frequency or volume too high': 'too_frequent',
  'invalid address': 'invalid_address',
  'mailbox unavailable': 'mailbox_unavailable',
  reputation: 'reputation',
  'technical failure': 'technical_failure',
  unclassified: 'unclassified',
};

const coded = (code: string | undefined) => (code === undefined ? {} : { code });
const lower = (value: unknown) => (typeof value === 'string' ? value.trim().toLowerCase() : '');
const isTrue = (value: unknown) => value === true || value === 'true';
const groupCode = (id: unknown) => (/^\d{1,10}$/.test(String(id)) ? `group_${String(id)}` : 'group');

const enhancedStatus = (value: unknown) =>
  typeof value === 'string' && /^[245]\.\d{1,3}\.\d{1,3}$/.test(value)
    ? `smtp_${value.replaceAll('.', '_')}`
    : undefined;

/** The three digits a mail server's sentence begins with. */
const smtpCode = (value: unknown) => {
  const digits = typeof value === 'string' ? /^([245]\d\d)\b/.exec(value)?.[1] : undefined;
  return digits ? `smtp_${digits}` : undefined;
};
