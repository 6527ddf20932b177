import { secretList } from '../secret-list.reader.js';
import type { WebhookSetup } from '../provider.setup.js';
import { createLinkedInWebhook } from './linkedin.webhook.js';

/** `LINKEDIN_CLIENT_SECRET`: comma-separated while one replaces another, the one in use first (it answers the challenge). */
export const linkedInWebhookSetup: WebhookSetup = {
  provider: 'linkedin',
  read: (settings) => {
    const keys = secretList(settings.optionalSecret('LINKEDIN_CLIENT_SECRET'));
    return keys.length === 0 ? undefined : { parser: createLinkedInWebhook(), keys };
  },
  parser: () => createLinkedInWebhook(),
};
