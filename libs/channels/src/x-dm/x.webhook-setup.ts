import { secretList } from '../secret-list.reader.js';
import type { WebhookSetup } from '../provider.setup.js';
import { createXWebhook } from './x.webhook.js';

/** `X_CONSUMER_SECRET`: comma-separated while one replaces another, the one in use first (it answers X's challenge). */
export const xWebhookSetup: WebhookSetup = {
  provider: 'x',
  read: (settings) => {
    const keys = secretList(settings.optionalSecret('X_CONSUMER_SECRET'));
    return keys.length === 0 ? undefined : { parser: createXWebhook(), keys };
  },
  parser: () => createXWebhook(),
};
