import { createHash } from 'node:crypto';
import type { AttemptRef, OutboundMessage } from '../channel.provider.js';
import { checkEmailHeaders } from '../email-headers.policy.js';
import { isMailAddress, mailboxText } from '../mail-address.policy.js';
import type { MailgunFields } from './mailgun.sdk.js';

export type MailCheck =
  { readonly kind: 'mail'; readonly fields: MailgunFields } | { readonly kind: 'refused'; readonly code: string };

/**
 * The message as Mailgun's form: one recipient, our ids as user variables (always strings: they come back as strings). An address
 * is a text there, in which a comma begins another recipient, so only plain addresses pass.
 */
export function toMail(message: OutboundMessage, { tagged }: { readonly tagged: boolean }): MailCheck {
  const { to, from, replyTo, subject, text, html } = message;
  if (!subject) return { kind: 'refused', code: 'subject_missing' };
  if (!text && !html) return { kind: 'refused', code: 'content_missing' };
  if (!isMailAddress(to.address)) return { kind: 'refused', code: 'recipient_invalid' };
  if (!isMailAddress(from.address)) return { kind: 'refused', code: 'sender_invalid' };
  if (replyTo && !isMailAddress(replyTo.address)) return { kind: 'refused', code: 'reply_to_invalid' };
  const checked = checkEmailHeaders(message.headers);
  if (checked.kind === 'refused') return checked;
  return {
    kind: 'mail',
    fields: {
      from: mailboxText(from),
      to: mailboxText(to),
      subject,
      ...(text ? { text } : {}),
      ...(html ? { html } : {}),
      ...(replyTo ? { 'h:Reply-To': mailboxText(replyTo) } : {}),
      ...Object.fromEntries(Object.entries(checked.headers).map(([name, value]) => [`h:${name}`, value])),
      'v:op_delivery_id': message.deliveryId,
      'v:op_attempt': String(message.attempt),
      'v:op_tenant_id': message.tenantId,
      ...(message.campaignKey ? { 'v:op_campaign': message.campaignKey } : {}),
      ...(tagged ? { 'o:tag': attemptTag(message) } : {}),
      ...(message.sandbox ? { 'o:testmode': 'yes' } : {}),
    },
  };
}

/** A tag that only this attempt carries: of all that Mailgun's events can be asked for, tags alone are ours to choose. */
export const attemptTag = ({ deliveryId, attempt }: Pick<AttemptRef, 'deliveryId' | 'attempt'>): string =>
  `op-${createHash('sha256').update(`${deliveryId.length}:${deliveryId}:${attempt}`).digest('hex').slice(0, 40)}`;
