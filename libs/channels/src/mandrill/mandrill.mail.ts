import type { OutboundMessage } from '../channel.provider.js';
import { checkEmailHeaders } from '../email-headers.policy.js';
import { displayName, isMailAddress } from '../mail-address.policy.js';

export type MailCheck =
  | { readonly kind: 'mail'; readonly message: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly code: string };

/** What Mandrill takes of metadata, as JSON; what becomes of more, its documents do not say. */
const MOST_METADATA_BYTES = 200;

const refused = (code: string): MailCheck => ({ kind: 'refused', code });

/** The message as `messages/send.json` wants it: one recipient, our ids as metadata, nothing of its own added to what we say. */
export function toMail(message: OutboundMessage): MailCheck {
  const { to, from, replyTo, subject, text, html } = message;
  if (!subject) return refused('subject_missing');
  if (!text && !html) return refused('content_missing');
  if (message.sandbox) return refused('sandbox_not_supported');
  if (!isMailAddress(to.address)) return refused('recipient_refused');
  if (!isMailAddress(from.address)) return refused('sender_refused');
  if (replyTo && !isMailAddress(replyTo.address)) return refused('reply_to_refused');
  const checked = checkEmailHeaders(message.headers);
  if (checked.kind === 'refused') return checked;
  const metadata = metadataOf(message);
  if (!metadata) return refused('metadata_too_long');
  return {
    kind: 'mail',
    message: {
      ...(html ? { html } : {}),
      ...(text ? { text } : {}),
      subject,
      from_email: from.address,
      ...named('from_name', from.name),
      to: [{ email: to.address, ...named('name', to.name), type: 'to' }],
      headers: { ...checked.headers, ...(replyTo ? { 'Reply-To': replyTo.address } : {}) },
      metadata,
      // What is rendered is rendered: no text made of the HTML, no `*|NAME|*` filled in, nobody shown the others.
      auto_text: false,
      auto_html: false,
      inline_css: false,
      merge: false,
      preserve_recipients: false,
    },
  };
}

const named = (key: string, name: string | undefined) => (displayName(name) ? { [key]: displayName(name) } : {});

/** The campaign only where it fits: by the others facts find their way back. */
function metadataOf({ deliveryId, attempt, tenantId, campaignKey }: OutboundMessage) {
  const ours = { op_delivery_id: deliveryId, op_attempt: String(attempt), op_tenant_id: tenantId };
  const whole = campaignKey === undefined ? ours : { ...ours, op_campaign: campaignKey };
  return [whole, ours].find((each) => Buffer.byteLength(JSON.stringify(each)) <= MOST_METADATA_BYTES);
}
