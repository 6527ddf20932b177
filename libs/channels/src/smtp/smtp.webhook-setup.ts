import type { SettingsReader, WebhookSetup } from '../provider.setup.js';
import { replyKeysOf } from '../reply-address/reply.setup.js';
import { keyBytes } from '../standard-webhook.signature.js';
import { createSmtpWebhook } from './smtp.webhook.js';

/** `SMTP_UNSIGNED_BOUNCES`: while mails of before `REPLY_KEYS` may still bounce. */
const parserOf = (settings: SettingsReader) =>
  createSmtpWebhook({
    keys: replyKeysOf(settings.optionalSecret('REPLY_KEYS')?.reveal() ?? '', settings),
    trusted: settings.list('MAIL_AUTHSERV_IDS', { default: [] }).map((name) => name.toLowerCase()),
    unsigned: settings.flag('SMTP_UNSIGNED_BOUNCES', { default: false }),
  });

/** `SMTP_WEBHOOK_KEYS`: base64 of at least 16 bytes, `whsec_` before it or not; comma-separated while one replaces another. */
export const smtpWebhookSetup: WebhookSetup = {
  provider: 'smtp',
  read: (settings) => {
    const written = settings.optionalSecret('SMTP_WEBHOOK_KEYS')?.reveal() ?? '';
    const keys = written.split(',').flatMap((key) => key.trim() || []);
    if (keys.length === 0) return undefined;
    if (!keys.every((key) => keyBytes(key)))
      settings.fault('SMTP_WEBHOOK_KEYS', 'must be keys of at least 16 bytes in base64, comma-separated');
    return { parser: parserOf(settings), keys };
  },
  parser: parserOf,
};
