import type { OutboundMessage, Party } from '../channel.provider.js';
import { checkEmailHeaders } from '../email-headers.policy.js';
import type { SdkMail } from './sendgrid.sdk.js';

export type MailCheck =
  { readonly kind: 'mail'; readonly mail: SdkMail } | { readonly kind: 'refused'; readonly code: string };

export const party = ({ address, name }: Party) => (name ? { email: address, name } : { email: address });

/**
 * The message as the SDK wants it: one recipient in one personalization; our ids as string custom args under `op_`, since
 * a reserved name would be overwritten silently and a number would be passed on as one.
 */
export function toMail(message: OutboundMessage): MailCheck {
  const fault = faultOf(message);
  if (fault) return { kind: 'refused', code: fault };
  const checked = checkEmailHeaders(message.headers);
  if (checked.kind === 'refused') return checked;
  const content = [
    ...(message.text ? [{ type: 'text/plain', value: message.text }] : []),
    ...(message.html ? [{ type: 'text/html', value: message.html }] : []),
  ] as [{ type: string; value: string }];
  return {
    kind: 'mail',
    mail: {
      personalizations: [{ to: [party(message.to)] }],
      from: party(message.from),
      ...(message.replyTo ? { replyTo: party(message.replyTo) } : {}),
      subject: message.subject,
      content,
      customArgs: customArgs(message),
      // Ours says who may be unsubscribed by it; the provider's own would add a second List-Unsubscribe.
      ...(checked.headers['List-Unsubscribe'] ? { trackingSettings: { subscriptionTracking: { enable: false } } } : {}),
      ...(Object.keys(checked.headers).length > 0 ? { headers: { ...checked.headers } } : {}),
      ...(message.sandbox ? { mailSettings: { sandboxMode: { enable: true } } } : {}),
    },
  };
}

/** What it lacks; undefined: nothing. */
export function faultOf({ subject, text, html }: OutboundMessage): string | undefined {
  if (!subject) return 'subject_missing';
  return text || html ? undefined : 'content_missing';
}

export function customArgs(message: OutboundMessage): Record<string, string> {
  return {
    op_delivery_id: message.deliveryId,
    op_attempt: String(message.attempt),
    op_tenant_id: message.tenantId,
    ...(message.campaignKey ? { op_campaign: message.campaignKey } : {}),
  };
}
