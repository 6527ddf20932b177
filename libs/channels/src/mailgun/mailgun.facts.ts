import type { ProviderFact } from '@homing/contracts';
import { record } from '../json.reading.js';
import { smtpCodeIn } from '../op-args.reader.js';

/** `event-data` as Mailgun posts it. */
export type MailgunEvent = Readonly<Record<string, unknown>>;

type Meaning = Pick<ProviderFact, 'fact' | 'subtype' | 'code' | 'machine' | 'unknownEvent'>;

/** What an event says, in our words. A name we do not know is kept under `other`; undefined when there is no name. */
export function meaningOf(event: MailgunEvent): Meaning | undefined {
  const name = event['event'];
  if (typeof name !== 'string' || name === '') return undefined;
  switch (name) {
    case 'accepted':
      return { fact: 'queued' };
    case 'delivered':
    case 'clicked':
    case 'complained':
    case 'unsubscribed':
      return { fact: name, ...machine(name === 'clicked' && byMachine(event)) };
    case 'opened':
      return { fact: 'opened', ...machine(byMachine(event)) };
    case 'failed':
      return event['severity'] === 'temporary'
        ? { fact: 'deferred', ...coded(reasonCode(event)) }
        : permanentFailure(event);
    case 'rejected':
      return { fact: 'failed', code: 'rejected' };
    default:
      return { fact: 'other', unknownEvent: /^[a-z][a-z0-9_]{0,39}$/.test(name) ? name : 'unnamed' };
  }
}

/** `suppress-*`: Mailgun held it back, nothing was sent. */
const SUPPRESSED: ReadonlyMap<string, string> = new Map([
  ['suppress-bounce', 'bounced_address'],
  ['suppress-complaint', 'spam_reporting_address'],
  ['suppress-unsubscribe', 'unsubscribed_address'],
]);
const HARD = new Set(['bounce', 'hardfail', 'generic']);
const REASON_CODES: ReadonlyMap<string, string> = new Map([
  ['espblock', 'esp_block'],
  ['greylisted', 'greylisted'],
  ['blacklisted', 'blacklisted'],
  ['old', 'too_old'],
]);

/** Hard only when the other side itself said 5xx: Mailgun has codes of its own beyond (605) and below (498). */
function permanentFailure(event: MailgunEvent): Meaning {
  const reason = String(event['reason']);
  const suppressed = SUPPRESSED.get(reason);
  if (suppressed) return { fact: 'dropped', code: suppressed };
  const code = Number(statusOf(event)['code']);
  const hard = HARD.has(reason) && code >= 500 && code < 600;
  return { fact: 'bounced', subtype: hard ? 'hard' : 'soft', ...coded(reasonCode(event)) };
}

function reasonCode(event: MailgunEvent): string | undefined {
  const { code, message, description } = statusOf(event);
  const known = REASON_CODES.get(String(event['reason']));
  if (known) return known;
  const smtp = smtpCodeIn(message) ?? smtpCodeIn(description);
  return smtp ?? (/^[245]\d\d$/.test(String(code)) ? `smtp_${String(code)}` : undefined);
}

const statusOf = (event: MailgunEvent): Readonly<Record<string, unknown>> => record(event['delivery-status']);

const MACHINES = new Set(['robot', 'bot', 'library']);

/** By the kind of client, or by whose proxy Mailgun says it was. */
function byMachine(event: MailgunEvent): boolean {
  const client = record(event['client-info']);
  const bot = client['bot'];
  return MACHINES.has(String(client['client-type']).toLowerCase()) || (typeof bot === 'string' && bot !== '');
}

const coded = (code: string | undefined) => (code === undefined ? {} : { code });
const machine = (is: boolean) => (is ? { machine: true } : {});
