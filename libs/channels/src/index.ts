export { CHANNELS, type Channel } from './channel.js';
export type {
  Capabilities,
  ChannelProvider,
  OutboundMessage,
  Party,
  RejectionClass,
  SendOptions,
  SendResult,
} from './channel.provider.js';
export {
  FACT_KINDS,
  type FactKind,
  type ParsedFact,
  type ParseFault,
  type Verification,
  type WebhookParser,
  type WebhookRequest,
} from './webhook.parser.js';
