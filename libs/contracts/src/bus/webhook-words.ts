import type { WEBHOOK_PROVIDERS } from './webhook-keys.js';

type WebhookWord = (typeof WEBHOOK_PROVIDERS)[number];

const META: readonly WebhookWord[] = ['meta'];
const GENERIC_PHONE: readonly WebhookWord[] = ['sms-whatsapp-delivery'];

/** By the provider's key: under which words of `/webhooks/<word>` it tells what became of messages. None: it tells nothing. */
export const WEBHOOK_WORDS: Readonly<Record<string, readonly WebhookWord[]>> = {
  sendgrid: ['sendgrid'],
  mailgun: ['mailgun'],
  brevo: ['brevo'],
  mandrill: ['mailchimp'],
  smtp: ['smtp'],
  generic_email: ['email-delivery', 'email-status'],
  twilio: ['twilio'],
  textbee: ['textbee'],
  generic_sms: GENERIC_PHONE,
  whatsapp_cloud: META,
  twilio_whatsapp: ['twilio'],
  generic_whatsapp: GENERIC_PHONE,
  messenger: META,
  instagram: META,
  x_dm: ['x'],
  linkedin: [],
  contact_form: [],
};
