import type { WebhookSetup } from '../provider.setup.js';
import { createTextbeeWebhook } from './textbee.webhook.js';

/** `TEXTBEE_WEBHOOK_SECRET`: the subscription's signing secret; comma-separated, the new one beside the old while it is replaced. */
export const textbeeWebhookSetup: WebhookSetup = {
  provider: 'textbee',
  read: (settings) => {
    if (!settings.has('TEXTBEE_WEBHOOK_SECRET')) return undefined;
    const keys = settings.list('TEXTBEE_WEBHOOK_SECRET');
    if (!keys.every((key) => key.length >= 20))
      settings.fault('TEXTBEE_WEBHOOK_SECRET', 'must be signing secrets of 20 characters or more');
    return { parser: createTextbeeWebhook(), keys };
  },
  parser: () => createTextbeeWebhook(),
};
