import type { SettingsReader, WebhookSetup } from '../provider.setup.js';
import type { WebhookParser } from '../webhook.parser.js';
import { secretList } from '../secret-list.reader.js';
import { createMetaWebhook } from './meta.webhook.js';

/**
 * `META_APP_SECRET` and, where Instagram's login is an app of its own, `INSTAGRAM_APP_SECRET`: comma-separated while one replaces
 * another. `META_VERIFY_TOKEN`: the word given to Meta with the address.
 */
export const metaWebhookSetup: WebhookSetup = {
  provider: 'meta',
  read: (settings) => {
    const keys = [
      ...secretList(settings.optionalSecret('META_APP_SECRET')),
      ...secretList(settings.optionalSecret('INSTAGRAM_APP_SECRET')),
    ];
    if (keys.length === 0) return undefined;
    if (!settings.has('META_VERIFY_TOKEN')) settings.fault('META_VERIFY_TOKEN', 'is required');
    return { parser: parserOf(settings), keys: [...new Set(keys)] };
  },
  parser: parserOf,
};

function parserOf(settings: SettingsReader): WebhookParser {
  return createMetaWebhook({ verifyTokens: secretList(settings.optionalSecret('META_VERIFY_TOKEN')) });
}
