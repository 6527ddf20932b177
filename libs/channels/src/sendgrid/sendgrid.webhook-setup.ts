import { createPublicKey } from 'node:crypto';
import type { SettingsReader, WebhookSetup } from '../provider.setup.js';
import type { WebhookParser } from '../webhook.parser.js';
import { createSendgridWebhook } from './sendgrid.webhook.js';

/**
 * `SENDGRID_WEBHOOK_PUBLIC_KEY`: as SendGrid shows them, comma-separated: of the event webhook and of the Inbound Parse policy, the new one
 * beside the old while it is being replaced. `SENDGRID_WEBHOOK_TOLERANCE_SECONDS` holds for both.
 */
export const sendgridWebhookSetup: WebhookSetup = {
  provider: 'sendgrid',
  read: (settings) => {
    if (!settings.has('SENDGRID_WEBHOOK_PUBLIC_KEY')) return undefined;
    const keys = settings.list('SENDGRID_WEBHOOK_PUBLIC_KEY');
    if (!keys.every(isPublicKey)) settings.fault('SENDGRID_WEBHOOK_PUBLIC_KEY', 'must be base64 SPKI DER public keys');
    return { parser: parserOf(settings), keys };
  },
  parser: parserOf,
};

function parserOf(settings: SettingsReader): WebhookParser {
  if (!settings.has('SENDGRID_WEBHOOK_TOLERANCE_SECONDS')) return createSendgridWebhook();
  const toleranceSeconds = settings.int('SENDGRID_WEBHOOK_TOLERANCE_SECONDS', { min: 1 });
  return createSendgridWebhook({ toleranceSeconds });
}

function isPublicKey(base64: string): boolean {
  try {
    createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
