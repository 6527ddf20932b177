import type { ProviderSetup } from '../provider.setup.js';
import { createXDmProvider } from './x-dm.provider.js';

/** `X_ACCESS_TOKEN` (of the user who writes), `X_BASE_URL`, `X_USER_ID` (whose account it is). */
export const xDmSetup: ProviderSetup = {
  key: 'x_dm',
  channel: 'twitter',
  read: (settings) => {
    const accessToken = settings.optionalSecret('X_ACCESS_TOKEN');
    if (!accessToken) return undefined;
    const baseUrl = settings.url('X_BASE_URL', { protocols: ['http', 'https'], default: 'https://api.x.com' });
    const userId = settings.string('X_USER_ID', { pattern: /^\d{1,20}$/ });
    return () => ({
      provider: createXDmProvider({ accessToken: accessToken.reveal(), baseUrl }),
      defaultSender: { address: userId },
    });
  },
};
