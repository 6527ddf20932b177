import { digestOf } from '../behaviour/chance.policy.js';
import type { Fate } from '../personas/persona.policy.js';
import type { PendingEvent } from '../webhooks/webhook.outbox.js';

const TRUNCATED = 'Could not load user-variables. They were either truncated or invalid JSON';

/** `event-data` as Mailgun posts it; the same event of the same message is the same at any time. Undefined: it has no word for it. */
export function mailgunEvent(seed: string, { line, step, index }: PendingEvent): Record<string, unknown> | undefined {
  const fields = FIELDS[step.fate];
  if (!fields) return undefined;
  const { 'o:tag': tags = '', ...variables } = line.args;
  return {
    id: digestOf(seed, 'mailgun-event', line.n, line.messageId, index).toString('base64url').slice(0, 22),
    timestamp: (Date.parse(line.at) + step.afterMs) / 1000,
    'log-level': 'info',
    // A rejected message has no recipient.
    ...(step.fate === 'failed' ? {} : { recipient: line.to, 'recipient-domain': line.to.split('@')[1] }),
    tags: tags === '' ? [] : tags.split(','),
    // Some come as a sentence in place of the variables: then the message id alone says whose they are.
    'user-variables': step.fate === 'complained' ? TRUNCATED : variables,
    flags: { 'is-test-mode': false, ...(step.fate === 'bounced-late' ? { 'is-delayed-bounce': true } : {}) },
    // Without the <> of the answer.
    message: { headers: { 'message-id': line.messageId } },
    ...fields,
  };
}

const BROWSER = { 'client-type': 'browser', 'client-os': 'Linux', 'device-type': 'desktop', 'client-name': 'Firefox' };
const ROBOT = { 'client-type': 'robot', 'client-os': 'unknown', 'device-type': 'unknown', 'client-name': 'proxy' };
const failed = (severity: 'permanent' | 'temporary', reason: string, code: number, message: string) => ({
  event: 'failed',
  severity,
  reason,
  'delivery-status': { 'attempt-no': 1, code, message, ...(severity === 'temporary' ? { 'retry-seconds': 600 } : {}) },
});

const FIELDS: Readonly<Partial<Record<Fate, Readonly<Record<string, unknown>>>>> = {
  processed: { event: 'accepted', method: 'http' },
  deferred: failed('temporary', 'generic', 450, '4.2.1 mailbox busy, try again later'),
  delivered: { event: 'delivered', 'delivery-status': { 'attempt-no': 1, code: 250, message: 'OK', tls: true } },
  opened: { event: 'opened', ip: '192.0.2.10', 'client-info': BROWSER },
  'opened-by-machine': { event: 'opened', ip: '192.0.2.11', 'client-info': ROBOT },
  clicked: { event: 'clicked', ip: '192.0.2.10', url: 'https://sandbox.test/read-more', 'client-info': BROWSER },
  'bounced-hard': failed('permanent', 'bounce', 550, '5.1.1 no such mailbox'),
  'bounced-soft': failed('permanent', 'old', 602, 'Too old'),
  'bounced-late': failed('permanent', 'bounce', 550, '5.0.0 unknown recipient'),
  dropped: failed('permanent', 'suppress-bounce', 605, 'Not delivering to previously bounced address'),
  failed: { event: 'rejected', reject: { reason: 'Sandbox subdomains are for test purposes only.', description: '' } },
  unsubscribed: { event: 'unsubscribed' },
  complained: { event: 'complained' },
};
