import type { ProviderSetup } from '../provider.setup.js';
import { createMailgunProvider } from './mailgun.provider.js';

/** `MAILGUN_API_KEY`, `_DOMAIN`, `_BASE_URL`, `_FROM_EMAIL`, `_FROM_NAME`, `_LOOKUP` (a tag for every message: nobody has it unless they say so). */
export const mailgunSetup: ProviderSetup = {
  key: 'mailgun',
  channel: 'email',
  read: (settings) => {
    const apiKey = settings.optionalSecret('MAILGUN_API_KEY');
    if (!apiKey) return undefined;
    const domain = settings.string('MAILGUN_DOMAIN', { default: '', pattern: /^([a-z0-9.-]+\.[a-z0-9-]+)?$/i });
    if (!domain) settings.fault('MAILGUN_DOMAIN', 'is required where MAILGUN_API_KEY is given');
    const baseUrl = settings.url('MAILGUN_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://api.mailgun.net',
    });
    const defaultSender = {
      address: settings.string('MAILGUN_FROM_EMAIL', { default: '' }),
      name: settings.string('MAILGUN_FROM_NAME', { default: '' }),
    };
    if (!defaultSender.address) settings.fault('MAILGUN_FROM_EMAIL', 'is required where MAILGUN_API_KEY is given');
    const lookUp = settings.flag('MAILGUN_LOOKUP', { default: false });
    const afterSeconds = settings.int('MAILGUN_LOOKUP_AFTER_SECONDS', { default: 1_800, min: 1, max: 86_400 });
    const events = lookUp ? { events: { afterSeconds } } : {};
    return () => ({
      provider: createMailgunProvider({ apiKey: apiKey.reveal(), domain, baseUrl, ...events }),
      defaultSender,
    });
  },
};
