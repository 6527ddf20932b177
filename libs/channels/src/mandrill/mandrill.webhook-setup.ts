import type { WebhookSetup } from '../provider.setup.js';
import { secretList } from '../secret-list.reader.js';
import { createMandrillWebhook } from './mandrill.webhook.js';

/**
 * `MANDRILL_WEBHOOK_URL`: the address exactly as it was entered there; `MANDRILL_WEBHOOK_KEYS`: of its webhooks page, comma-separated. With the
 * address alone Mandrill can be shown that it exists: only then does it name a key.
 */
export const mandrillWebhookSetup: WebhookSetup = {
  provider: 'mailchimp',
  read: (settings) => {
    const keys = secretList(settings.optionalSecret('MANDRILL_WEBHOOK_KEYS'));
    const url = settings.string('MANDRILL_WEBHOOK_URL', { default: '', pattern: /^(https?:\/\/\S+)?$/ });
    if (keys.length === 0 && !url) return undefined;
    return { parser: createMandrillWebhook(url ? { url } : {}), keys };
  },
  // Accounts are called at addresses of their own.
  parser: () => createMandrillWebhook(),
};
