import { genericSetups } from './generic/generic.setup.js';
import { genericWebhookSetups } from './generic/generic.webhook-setup.js';
import { textbeeSetup } from './textbee/textbee.setup.js';
import { textbeeWebhookSetup } from './textbee/textbee.webhook-setup.js';
import { twilioSetup, twilioWhatsAppSetup } from './twilio/twilio.setup.js';
import { twilioWebhookSetup } from './twilio/twilio.webhook-setup.js';
import { instagramSetup } from './instagram/instagram.setup.js';
import { messengerSetup } from './messenger/messenger.setup.js';
import { metaWebhookSetup } from './meta/meta.webhook-setup.js';
import { contactFormSetup } from './contact-form/contact-form.setup.js';
import { linkedInSetup } from './linkedin/linkedin.setup.js';
import { linkedInWebhookSetup } from './linkedin/linkedin.webhook-setup.js';
import type { ProviderSetup, WebhookSetup } from './provider.setup.js';
import { brevoSetup } from './brevo/brevo.setup.js';
import { brevoWebhookSetup } from './brevo/brevo.webhook-setup.js';
import { mailgunSetup } from './mailgun/mailgun.setup.js';
import { mailgunWebhookSetup } from './mailgun/mailgun.webhook-setup.js';
import { sendgridSetup } from './sendgrid/sendgrid.setup.js';
import { sendgridWebhookSetup } from './sendgrid/sendgrid.webhook-setup.js';
import { mandrillSetup } from './mandrill/mandrill.setup.js';
import { mandrillWebhookSetup } from './mandrill/mandrill.webhook-setup.js';
import { smtpSetup } from './smtp/smtp.setup.js';
import { whatsappCloudSetup } from './whatsapp-cloud/whatsapp-cloud.setup.js';
import { xDmSetup } from './x-dm/x-dm.setup.js';
import { xWebhookSetup } from './x-dm/x.webhook-setup.js';
import { smtpWebhookSetup } from './smtp/smtp.webhook-setup.js';

/** Every provider that messages can leave through, a line each; an installation uses those it has accounts for. */
export const PROVIDER_SETUPS: readonly ProviderSetup[] = [
  sendgridSetup,
  mailgunSetup,
  brevoSetup,
  smtpSetup,
  mandrillSetup,
  whatsappCloudSetup,
  messengerSetup,
  instagramSetup,
  xDmSetup,
  twilioSetup,
  twilioWhatsAppSetup,
  textbeeSetup,
  linkedInSetup,
  contactFormSetup,
  ...genericSetups,
];

/** Every webhook that can be heard, a line each. */
export const WEBHOOK_SETUPS: readonly WebhookSetup[] = [
  sendgridWebhookSetup,
  metaWebhookSetup,
  xWebhookSetup,
  linkedInWebhookSetup,
  twilioWebhookSetup,
  textbeeWebhookSetup,
  ...genericWebhookSetups,
  mailgunWebhookSetup,
  brevoWebhookSetup,
  smtpWebhookSetup,
  mandrillWebhookSetup,
];
