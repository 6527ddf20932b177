import type { OutboundMessage } from '../channel.provider.js';

export type GenericChannel = 'email' | 'sms' | 'whatsapp';

/** Where a message of a channel is posted, below the base address. */
export const GENERIC_PATHS = {
  email: '/send',
  sms: '/v1/sms/send',
  whatsapp: '/v1/whatsapp/send',
} as const satisfies Record<GenericChannel, string>;

/** Where it reports to, below the public address. */
export const GENERIC_WEBHOOKS = {
  email: '/webhooks/email-delivery',
  sms: '/webhooks/sms-whatsapp-delivery',
  whatsapp: '/webhooks/sms-whatsapp-delivery',
} as const satisfies Record<GenericChannel, string>;

/**
 * What is posted: `recipient`, `subject` and `body` (email) or `message`, `webhook_url`, `metadata`; beside them what a real message
 * cannot do without and a simple receiver may ignore.
 */
export function genericBody(message: OutboundMessage, channel: GenericChannel, webhookUrl?: string): object {
  const { to, from, replyTo, subject, html, text, headers, template } = message;
  const common = { recipient: to.address, webhook_url: webhookUrl, metadata: metadataOf(message, channel) };
  if (channel !== 'email') return { ...common, message: text, from: from.address, template };
  const format = html === undefined ? 'text' : 'html';
  return { ...common, subject, body: html ?? text, format, text, from, reply_to: replyTo, headers };
}

/** Comes back as `campaign_metadata`: the tenant, and the delivery whose attempt it was. */
const metadataOf = ({ tenantId, deliveryId, attempt, campaignKey }: OutboundMessage, channel: GenericChannel) => ({
  business_id: tenantId,
  outreach_campaign_id: deliveryId,
  attempt: String(attempt),
  channel,
  campaign: campaignKey,
});
