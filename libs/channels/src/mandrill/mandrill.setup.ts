import type { ProviderSetup } from '../provider.setup.js';
import { createMandrillProvider } from './mandrill.provider.js';

/** `MANDRILL_API_KEY`, `_BASE_URL`, `_FROM_EMAIL`, `_FROM_NAME`. */
export const mandrillSetup: ProviderSetup = {
  key: 'mandrill',
  channel: 'email',
  read: (settings) => {
    const apiKey = settings.optionalSecret('MANDRILL_API_KEY');
    const address = settings.string('MANDRILL_FROM_EMAIL', { default: '' });
    const name = settings.string('MANDRILL_FROM_NAME', { default: '' });
    const protocols = ['http', 'https'];
    const baseUrl = settings.url('MANDRILL_BASE_URL', { protocols, default: 'https://mandrillapp.com' });
    if (!apiKey) return undefined;
    if (!address) settings.fault('MANDRILL_FROM_EMAIL', 'is required where MANDRILL_API_KEY is given');
    return () => ({
      provider: createMandrillProvider({ apiKey: apiKey.reveal(), baseUrl }),
      defaultSender: { address, name },
    });
  },
};
