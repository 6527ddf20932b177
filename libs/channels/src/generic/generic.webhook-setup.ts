import type { SettingsReader, WebhookSetup } from '../provider.setup.js';
import type { WebhookParser } from '../webhook.parser.js';
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
    if (!keys.every((key) => (keyOf(key)?.length ?? 0) >= LEAST_KEY_BYTES))
      settings.fault('GENERIC_WEBHOOK_SECRET', 'must be base64 secrets of 24 bytes or more, with or without whsec_');
    return { parser: parserOf(word, settings), keys };
  },
  parser: (settings) => parserOf(word, settings),
}));

function parserOf(word: (typeof GENERIC_WEBHOOK_WORDS)[number], settings: SettingsReader): WebhookParser {
  const toleranceSeconds = settings.int('GENERIC_WEBHOOK_TOLERANCE_SECONDS', { default: 300, min: 1, max: 86_400 });
  return createGenericWebhook(word, { toleranceSeconds });
}

const LEAST_KEY_BYTES = 24;
