// Crypto only: no database. Holds ingestion's own private key, which opens webhook keys and nothing else.
export { createWebhookKeyOpener } from './webhook-key.opener.js';
export type { OpenWebhookKey } from './webhook-key.opener.js';
export type { WebhookKeyPlace } from './webhook-key.context.js';
export { EnvelopeError } from '../envelope/envelope.types.js';
