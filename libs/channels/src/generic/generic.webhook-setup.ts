import type { WebhookSetup } from '../provider.setup.js';
import { keyOf } from './generic.signature.js';
import { createGenericWebhook, GENERIC_WEBHOOK_WORDS } from './generic.webhook.js';

/**
 * `GENERIC_WEBHOOK_SECRET`: Standard Webhooks secrets (`whsec_` and base64), comma-separated, the new one beside the old while it is
 * replaced. `GENERIC_WEBHOOK_TOLERANCE_SECONDS`: default 300.
 */
export const genericWebhookSetups: readonly WebhookSetup[] = GENERIC_WEBHOOK_WORDS.map((word) => ({
  provider: word,
  read: (settings) => {
    if (!settings.has('GENERIC_WEBHOOK_SECRET')) return undefined;
    const keys = settings.list('GENERIC_WEBHOOK_SECRET');
    const toleranceSeconds = settings.int('GENERIC_WEBHOOK_TOLERANCE_SECONDS', { default: 300, min: 1, max: 86_400 });
    if (!keys.every((key) => (keyOf(key)?.length ?? 0) >= LEAST_KEY_BYTES))
      settings.fault('GENERIC_WEBHOOK_SECRET', 'must be base64 secrets of 24 bytes or more, with or without whsec_');
    return { parser: createGenericWebhook(word, { toleranceSeconds }), keys };
  },
}));

const LEAST_KEY_BYTES = 24;
