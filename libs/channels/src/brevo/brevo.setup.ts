import type { ProviderSetup } from '../provider.setup.js';
import { createBrevoProvider } from './brevo.provider.js';

/** `BREVO_API_KEY`, `_BASE_URL`, `_FROM_EMAIL`, `_FROM_NAME`. */
export const brevoSetup: ProviderSetup = {
  key: 'brevo',
  channel: 'email',
  read: (settings) => {
    const apiKey = settings.optionalSecret('BREVO_API_KEY');
    if (!apiKey) return undefined;
    const baseUrl = settings.url('BREVO_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://api.brevo.com',
    });
    const defaultSender = {
      address: settings.string('BREVO_FROM_EMAIL', { default: '' }),
      name: settings.string('BREVO_FROM_NAME', { default: '' }),
    };
    if (!defaultSender.address) settings.fault('BREVO_FROM_EMAIL', 'is required where BREVO_API_KEY is given');
    return () => ({ provider: createBrevoProvider({ apiKey: apiKey.reveal(), baseUrl }), defaultSender });
  },
};
