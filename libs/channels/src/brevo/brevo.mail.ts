import { createHash } from 'node:crypto';
import type { AttemptRef, OutboundMessage, Party } from '../channel.provider.js';
import { checkEmailHeaders } from '../email-headers.policy.js';
import { displayName, isMailAddress } from '../mail-address.policy.js';
import type { BrevoMail } from './brevo.sdk.js';

export type MailCheck =
  { readonly kind: 'mail'; readonly mail: BrevoMail } | { readonly kind: 'refused'; readonly code: string };

/** Brevo refuses longer ones. */
const LONGEST_NAME = 70;

function party({ address, name }: Party): { email: string; name?: string } {
  const shown = [...displayName(name)].slice(0, LONGEST_NAME).join('');
  return shown === '' ? { email: address } : { email: address, name: shown };
}

/**
 * The message as Brevo takes it: one recipient; our ids as JSON in `X-Mailin-custom`, the one thing of ours it hands back; the
 * attempt's key among the mail's headers, which is where Brevo looks for it.
 */
export function toMail(message: OutboundMessage): MailCheck {
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
    mail: {
      sender: party(from),
      to: [party(to)],
      subject,
      ...(text ? { textContent: text } : {}),
      ...(html ? { htmlContent: html } : {}),
      ...(replyTo ? { replyTo: party(replyTo) } : {}),
      headers: {
        ...checked.headers,
        'X-Mailin-custom': customOf(message),
        idempotencyKey: idempotencyKey(message),
        ...(message.sandbox ? { 'X-Sib-Sandbox': 'drop' } : {}),
      },
    },
  };
}

const customOf = ({ deliveryId, attempt, tenantId, campaignKey }: OutboundMessage): string =>
  JSON.stringify({
    op_delivery_id: deliveryId,
    op_attempt: String(attempt),
    op_tenant_id: tenantId,
    ...(campaignKey ? { op_campaign: campaignKey } : {}),
  });

/** The same for the same attempt, another for any other. In the form of a UUIDv4, which is what Brevo asks for; derived, not random. */
export function idempotencyKey({ tenantId, deliveryId, attempt }: AttemptRef): string {
  const named = [tenantId, deliveryId, String(attempt)].map((part) => `${part.length}:${part}`).join('');
  const bytes = createHash('sha256').update(`homing brevo ${named}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
