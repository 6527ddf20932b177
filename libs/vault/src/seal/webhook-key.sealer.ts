import { webhookKeyContext, type WebhookKeyPlace } from '../webhook-keys/webhook-key.context.js';
import { createSealer } from './sealer.js';

/** Base64. */
export type SealWebhookKey = (key: string, place: WebhookKeyPlace) => Promise<string>;

/**
 * Seals keys that providers sign with: ingestion alone opens them, the API that takes them cannot.
 * @param settings.sealKey public half of ingestion's own pair, base64
 * @throws {TypeError} when the key is malformed
 */
export function createWebhookKeySealer(settings: { readonly sealKey: string }): SealWebhookKey {
  const sealer = createSealer(settings);
  return async (key, place) => {
    const sealed = await sealer.sealForInstallation(Buffer.from(key, 'utf8'), webhookKeyContext(place));
    return Buffer.from(sealed).toString('base64');
  };
}
