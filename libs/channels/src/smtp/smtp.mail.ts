import type { SendMailOptions } from 'nodemailer/lib/mailer';
import type { OutboundMessage, Party } from '../channel.provider.js';
import { checkEmailHeaders } from '../email-headers.policy.js';
import { attemptAddress } from '../reply-address/reply.token.js';
import { tracked, type Tracking } from '../tracking/html.tracking.js';
import { isPlainAddress, plainName } from './address.policy.js';
import { bounceAddress, messageIdOf } from './mail.references.js';

export interface MailSettings {
  /** Domain of our `Message-ID`. Default: the sender's. */
  readonly messageIdDomain?: string;
  /** Domain whose mail comes back to `/webhooks/smtp`. Without it bounces go to the sender's own mailbox. */
  readonly bounceDomain?: string;
  /** Signs the addresses bounces come back to. Absent: they are not signed. */
  readonly bounceKey?: string;
  readonly tracking?: Tracking;
}

export type MailCheck =
  | { readonly kind: 'mail'; readonly mail: SendMailOptions; readonly messageId: string }
  | { readonly kind: 'refused'; readonly code: string };

/** The message as nodemailer wants it: nothing in it can open a file, fetch an address, add a recipient or begin a header. */
export function toMail(message: OutboundMessage, settings: MailSettings, now: number): MailCheck {
  const { to, from, replyTo, subject, text, html } = message;
  if (!subject) return refused('subject_missing');
  if (!text && !html) return refused('content_missing');
  // Anything else nodemailer would take for a file to open or an address to fetch.
  if (![subject, text, html ?? ''].every((part) => typeof part === 'string')) return refused('content_refused');
  if (!isPlainAddress(to.address)) return refused('recipient_refused');
  if (!isPlainAddress(from.address)) return refused('sender_refused');
  if (replyTo && !isPlainAddress(replyTo.address)) return refused('reply_to_refused');
  const checked = checkEmailHeaders(message.headers);
  if (checked.kind === 'refused') return checked;
  const messageId = messageIdOf(message, settings.messageIdDomain ?? domainOf(from));
  const bounces = returnedTo(message, settings) ?? from.address;
  const mail: SendMailOptions = {
    from: party(from),
    to: party(to),
    ...(replyTo ? { replyTo: party(replyTo) } : {}),
    subject,
    ...(text ? { text } : {}),
    ...(html ? { html: settings.tracking ? tracked(html, { message, now, ...settings.tracking }) : html } : {}),
    messageId: `<${messageId}>`,
    headers: { ...listHeaders(checked.headers), ...ownHeaders(message) },
    envelope: { from: bounces, to: [to.address] },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return { kind: 'mail', mail, messageId };
}

/** Signed where there is a key and the ids are ours. */
function returnedTo(message: OutboundMessage, { bounceDomain, bounceKey }: MailSettings): string | undefined {
  if (!bounceDomain) return undefined;
  const signed = bounceKey && attemptAddress('bounce', message, { key: bounceKey, domain: bounceDomain });
  return signed || bounceAddress(message, bounceDomain);
}

const refused = (code: string): MailCheck => ({ kind: 'refused', code });

const domainOf = ({ address }: Party) => address.slice(address.lastIndexOf('@') + 1);

const party = ({ address, name }: Party) => ({ address, name: plainName(name) ?? '' });

const ownHeaders = ({ deliveryId, attempt, tenantId }: OutboundMessage) => ({
  'X-Delivery-Id': deliveryId,
  'X-Attempt': String(attempt),
  'X-Tenant-Id': tenantId,
});

/** As they are: `list:` would emit two List-Unsubscribe headers and a broken List-Unsubscribe-Post, and folding breaks some signers. */
const listHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { prepared: true, value }]));
