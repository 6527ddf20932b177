export type {
  AttemptRef,
  Capabilities,
  ChannelProvider,
  LookUpResult,
  OutboundMessage,
  Party,
  RejectionClass,
  SendOptions,
  SendResult,
} from './channel.provider.js';
export { createSendgridProvider, type SendgridConfig } from './sendgrid/sendgrid.provider.js';
export { createSendgridWebhook, type SendgridWebhookConfig } from './sendgrid/sendgrid.webhook.js';
export type { ParsedFact, ParseFault, Verification, WebhookParser, WebhookRequest } from './webhook.parser.js';
