import type { WebhookSetup } from '../provider.setup.js';
import { createTwilioWebhook } from './twilio.webhook.js';

/**
 * `TWILIO_WEBHOOK_AUTH_TOKEN`: the account's auth token, which signs; comma-separated, the new one beside the old while it is
 * being promoted.
 */
export const twilioWebhookSetup: WebhookSetup = {
  provider: 'twilio',
  read: (settings) => {
    if (!settings.has('TWILIO_WEBHOOK_AUTH_TOKEN')) return undefined;
    const keys = settings.list('TWILIO_WEBHOOK_AUTH_TOKEN');
    if (!keys.every((key) => key.length >= 16))
      settings.fault('TWILIO_WEBHOOK_AUTH_TOKEN', 'must be auth tokens of 16 characters or more');
    return { parser: createTwilioWebhook(), keys };
  },
  parser: () => createTwilioWebhook(),
};
