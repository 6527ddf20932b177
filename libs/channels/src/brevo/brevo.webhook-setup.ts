import type { WebhookSetup } from '../provider.setup.js';
import { createBrevoWebhook } from './brevo.webhook.js';

/** `BREVO_WEBHOOK_TOKEN`: the bearer token of the webhook's settings, 32 characters or more, comma-separated: the new one beside the old while it is being replaced. */
export const brevoWebhookSetup: WebhookSetup = {
  provider: 'brevo',
  read: (settings) => {
    const given = settings.optionalSecret('BREVO_WEBHOOK_TOKEN');
    if (!given) return undefined;
    const keys = given
      .reveal()
      .split(',')
      .map((key) => key.trim());
    // It is all that stands between Brevo and anybody else.
    if (keys.some((key) => key.length < 32 || /\s/.test(key)))
      settings.fault('BREVO_WEBHOOK_TOKEN', 'must be tokens of 32 characters or more');
    return { parser: createBrevoWebhook(), keys };
  },
  parser: () => createBrevoWebhook(),
};
