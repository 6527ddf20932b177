import type { Fate } from '../personas/persona.policy.js';
import type { PendingEvent } from '../webhooks/webhook.outbox.js';

/** The mail that comes back because of an event; the same event of the same message is the same bytes. Undefined: none does. */
export function returnedMail({ line, step, index }: PendingEvent): Buffer | undefined {
  const id = `${line.n}.${index}@mx.sandbox.test`;
  const date = new Date(Date.parse(line.at) + step.afterMs).toUTCString().replace('GMT', '+0000');
  const status = STATUSES[step.fate];
  if (status) return report({ line, id, date }, 'delivery-status', statusPart(line.to, status));
  if (step.fate === 'complained') return report({ line, id, date }, 'feedback-report', COMPLAINT);
  const said = step.fate === 'replied' ? 'Yes, please.' : step.fate === 'stopped' ? 'STOP' : undefined;
  return said === undefined ? undefined : reply({ line, id, date }, said);
}

interface Status {
  readonly action: 'failed' | 'delayed';
  readonly status: string;
  readonly diagnostic: string;
}

/** A mail server reports trouble; that a mail arrived it tells nobody who did not ask. */
const STATUSES: Readonly<Partial<Record<Fate, Status>>> = {
  deferred: { action: 'delayed', status: '4.2.1', diagnostic: '450 4.2.1 mailbox busy, try again later' },
  'bounced-hard': { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 no such mailbox' },
  'bounced-soft': { action: 'failed', status: '5.2.2', diagnostic: '552 5.2.2 mailbox full' },
  'bounced-late': { action: 'failed', status: '5.0.0', diagnostic: '550-5.1.1 no such mailbox' },
};

const statusPart = (to: string, { action, status, diagnostic }: Status) =>
  [
    'Reporting-MTA: dns; mx.sandbox.test',
    '',
    `Final-Recipient: rfc822; ${to}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${diagnostic}`,
  ].join('\r\n');

const COMPLAINT = ['Feedback-Type: abuse', 'User-Agent: Simulator/1.0', 'Version: 1'].join('\r\n');

interface Envelope {
  readonly line: PendingEvent['line'];
  readonly id: string;
  readonly date: string;
}

function report({ line, id, date }: Envelope, kind: 'delivery-status' | 'feedback-report', part: string): Buffer {
  const to = line.args['returnPath'] ?? '';
  const { op_delivery_id: deliveryId = '', op_attempt: attempt = '', op_tenant_id: tenantId = '' } = line.args;
  const border = `=_${line.n}`;
  return Buffer.from(
    [
      'Return-Path: <>',
      `Delivered-To: ${to}`,
      `Date: ${date}`,
      'From: MAILER-DAEMON@mx.sandbox.test',
      `To: ${to}`,
      'Subject: Undelivered Mail Returned to Sender',
      `Message-ID: <${id}>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=${kind}; boundary="${border}"`,
      '',
      `--${border}`,
      'Content-Type: text/plain',
      '',
      'This is the mail system.',
      `--${border}`,
      `Content-Type: message/${kind}`,
      '',
      part,
      '',
      `--${border}`,
      'Content-Type: text/rfc822-headers',
      '',
      `Message-ID: <${line.messageId}>`,
      `X-Delivery-ID: ${deliveryId}`,
      `X-Attempt: ${attempt}`,
      `X-Tenant-ID: ${tenantId}`,
      '',
      `--${border}--`,
      '',
    ].join('\r\n'),
  );
}

const reply = ({ line, id, date }: Envelope, said: string): Buffer =>
  Buffer.from(
    [
      'Delivered-To: replies@sandbox.test',
      `Date: ${date}`,
      `From: A Reader <${line.to}>`,
      'To: replies@sandbox.test',
      'Subject: Re: your message',
      `Message-ID: <${id}>`,
      `In-Reply-To: <${line.messageId}>`,
      'Content-Type: text/plain; charset=utf-8',
      '',
      said,
      '',
      '> Hello',
      '',
    ].join('\r\n'),
  );
