export type {
  AttemptRef,
  Capabilities,
  ChannelProvider,
  LookUpResult,
  OutboundMessage,
  Party,
  ProviderTemplate,
  RejectionClass,
  SendOptions,
  SendResult,
} from './channel.provider.js';
export { SEND_AGAIN, SEND_ALONE, wasSentBack } from './channel.provider.js';
export { companyOf } from './company.policy.js';
export { createGenericProvider, type GenericConfig } from './generic/generic.provider.js';
export { createGenericWebhook, type GenericWebhookConfig } from './generic/generic.webhook.js';
export { createTextbeeProvider, type TextbeeConfig } from './textbee/textbee.provider.js';
export { createTextbeeWebhook, type TextbeeWebhookConfig } from './textbee/textbee.webhook.js';
export { createTwilioSms, createTwilioWhatsApp, type TwilioConfig } from './twilio/twilio.provider.js';
export { createTwilioWebhook, type TwilioWebhookConfig } from './twilio/twilio.webhook.js';
export { createBrevoProvider, type BrevoConfig } from './brevo/brevo.provider.js';
export { createBrevoWebhook } from './brevo/brevo.webhook.js';
export { createMailgunProvider, type MailgunConfig } from './mailgun/mailgun.provider.js';
export { createMailgunWebhook, type MailgunWebhookConfig } from './mailgun/mailgun.webhook.js';
export { createSendgridProvider, type SendgridConfig } from './sendgrid/sendgrid.provider.js';
export { createWhatsappCloudProvider, type WhatsappCloudConfig } from './whatsapp-cloud/whatsapp-cloud.provider.js';
export { createMessengerProvider, type MessengerConfig } from './messenger/messenger.provider.js';
export { createInstagramProvider, type InstagramConfig } from './instagram/instagram.provider.js';
export { createMetaWebhook, type MetaWebhookConfig } from './meta/meta.webhook.js';
export { createXDmProvider, type XDmConfig } from './x-dm/x-dm.provider.js';
export { createXWebhook } from './x-dm/x.webhook.js';
export { createLinkedInProvider, type LinkedInConfig } from './linkedin/linkedin.provider.js';
export { createContactFormProvider, type ContactFormConfig } from './contact-form/contact-form.provider.js';
export { createSendgridWebhook, type SendgridWebhookConfig } from './sendgrid/sendgrid.webhook.js';
export { createMandrillProvider, type MandrillConfig } from './mandrill/mandrill.provider.js';
export { createMandrillWebhook } from './mandrill/mandrill.webhook.js';
export { mandrillSignature } from './mandrill/mandrill.signature.js';
export { createSmtpProvider, type SmtpConfig } from './smtp/smtp.provider.js';
export {
  attemptAddress,
  isAttemptAddress,
  readAttemptAddress,
  type AddressPurpose,
  type AttemptName,
} from './reply-address/reply.token.js';
export { readReplyAddresses, replyKeysOf, type ReplyAddresses } from './reply-address/reply.setup.js';
export { isTrackable, readTracking, signTracking, type TrackingToken } from './tracking/tracking.token.js';
export { tracked, type TrackedMail, type Tracking } from './tracking/html.tracking.js';
export { readTrackingSettings, trackingKeysOf } from './tracking/tracking.setup.js';
export { createSmtpWebhook } from './smtp/smtp.webhook.js';
export { standardHeaders } from './standard-webhook.signature.js';
export { readWebhook } from './webhook.parser.js';
export type {
  ChallengeAnswer,
  ChallengeRequest,
  ParsedFact,
  ParsedInbound,
  ParsedWebhook,
  ParseFault,
  ParseHead,
  ReplayClaim,
  Verification,
  WebhookAnswers,
  WebhookParser,
  WebhookRequest,
} from './webhook.parser.js';
export { PROVIDER_SETUPS, WEBHOOK_SETUPS } from './provider.setups.js';
export type {
  GatewayGivens,
  ProviderSetup,
  ReadyProvider,
  SettingsReader,
  WebhookCaller,
  WebhookSetup,
} from './provider.setup.js';
export {
  UNSUBSCRIBE_KEY_MIN,
  unsubscribeHeaders,
  unsubscribeKeysOf,
  type UnsubscribeLinks,
} from './one-click/unsubscribe.headers.js';
export { mintUnsubscribeToken, readUnsubscribeToken, type UnsubscribeRef } from './one-click/unsubscribe.token.js';
