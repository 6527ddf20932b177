import { EnvelopeOpener } from '../open/envelope.opener.js';
import { webhookKeyContext, type WebhookKeyPlace } from './webhook-key.context.js';

/** Rejects with `EnvelopeError` when it was sealed to another key, stands under another name, or was altered. */
export type OpenWebhookKey = (sealed: string, place: WebhookKeyPlace) => Promise<string>;

/**
 * Opens what the API sealed to ingestion: keys that providers sign with, and nothing else.
 * @param settings.openKey private half of ingestion's own pair, base64
 * @throws {TypeError} when the key is malformed
 */
export function createWebhookKeyOpener(settings: { readonly openKey: string }): OpenWebhookKey {
  const opener = new EnvelopeOpener(settings.openKey, 0);
  return async (sealed, place) => {
    const bytes = await opener.openForInstallation(Buffer.from(sealed, 'base64'), webhookKeyContext(place));
    return Buffer.from(bytes).toString('utf8');
  };
}
