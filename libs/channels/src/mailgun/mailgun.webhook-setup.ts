import type { SettingsReader, WebhookSetup } from '../provider.setup.js';
import type { WebhookParser } from '../webhook.parser.js';
import { createMailgunWebhook } from './mailgun.webhook.js';

/** `MAILGUN_WEBHOOK_SIGNING_KEY`: not the API key (of old accounts it is); comma-separated, the new one beside the old while it is being replaced. */
export const mailgunWebhookSetup: WebhookSetup = {
  provider: 'mailgun',
  read: (settings) => {
    const given = settings.optionalSecret('MAILGUN_WEBHOOK_SIGNING_KEY');
    if (!given) return undefined;
    const keys = given
      .reveal()
      .split(',')
      .map((key) => key.trim())
      .filter((key) => key !== '');
    if (keys.length === 0) settings.fault('MAILGUN_WEBHOOK_SIGNING_KEY', 'must hold a webhook signing key');
    return { parser: parserOf(settings), keys };
  },
  parser: parserOf,
};

function parserOf(settings: SettingsReader): WebhookParser {
  const toleranceSeconds = settings.int('MAILGUN_WEBHOOK_TOLERANCE_SECONDS', {
    default: 9 * 3600,
    min: 1,
    // What came under a token is remembered for 26 h.
    max: 25 * 3600,
  });
  return createMailgunWebhook({ toleranceSeconds });
}
