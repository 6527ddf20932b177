import type { ProviderSetup, SettingsReader } from '../provider.setup.js';
import { replyKeysOf } from '../reply-address/reply.setup.js';
import { readTrackingSettings } from '../tracking/tracking.setup.js';
import { createSmtpProvider, type SmtpConfig } from './smtp.provider.js';

const DOMAIN = /^([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$/;
const SECURITY = /^(tls|starttls|none)$/;

/** `SMTP_HOST`, `_PORT`, `_SECURITY`, `_USER`, `_PASSWORD`, `_FROM_EMAIL`, `_FROM_NAME`, `_MESSAGE_ID_DOMAIN`, `_BOUNCE_DOMAIN`, `_MAX_CONNECTIONS`; `TRACKING_*`; `REPLY_KEYS` signs bounce addresses. */
export const smtpSetup: ProviderSetup = {
  key: 'smtp',
  channel: 'email',
  read: (settings) => {
    const host = settings.string('SMTP_HOST', { default: '' });
    if (!host) return undefined;
    const security = settings.string('SMTP_SECURITY', { default: 'starttls', pattern: SECURITY });
    const bounceDomain = settings.string('SMTP_BOUNCE_DOMAIN', { default: '', pattern: DOMAIN });
    const [bounceKey] = replyKeysOf(settings.optionalSecret('REPLY_KEYS')?.reveal() ?? '', settings);
    const messageIdDomain = settings.string('SMTP_MESSAGE_ID_DOMAIN', { default: '', pattern: DOMAIN });
    const tracking = readTrackingSettings(settings);
    const address = settings.string('SMTP_FROM_EMAIL', { default: '' });
    if (!address) settings.fault('SMTP_FROM_EMAIL', 'is required where SMTP_HOST is given');
    const name = settings.string('SMTP_FROM_NAME', { default: '' });
    const config: SmtpConfig = {
      host,
      port: settings.int('SMTP_PORT', { default: security === 'tls' ? 465 : 587, min: 1, max: 65_535 }),
      security: security as NonNullable<SmtpConfig['security']>,
      ...login(settings),
      maxConnections: settings.int('SMTP_MAX_CONNECTIONS', { default: 5, min: 1, max: 200 }),
      ...(bounceDomain ? { bounceDomain } : {}),
      ...(bounceKey ? { bounceKey } : {}),
      ...(messageIdDomain ? { messageIdDomain } : {}),
      ...(tracking ? { tracking } : {}),
    };
    return () => ({ provider: createSmtpProvider(config), defaultSender: { address, name } });
  },
};

function login(settings: SettingsReader): Pick<SmtpConfig, 'user' | 'password'> {
  const user = settings.string('SMTP_USER', { default: '' });
  const password = settings.optionalSecret('SMTP_PASSWORD')?.reveal();
  if (!user !== !password) settings.fault('SMTP_PASSWORD', 'and SMTP_USER are given together or not at all');
  return user && password ? { user, password } : {};
}
