import type { ProviderSetup } from '../provider.setup.js';
import { secretList } from '../secret-list.reader.js';
import { createXDmProvider } from './x-dm.provider.js';

/**
 * `X_ACCESS_TOKEN` (of the user who writes), `X_BASE_URL`, `X_USER_ID` (whose account it is). With `X_ACCESS_TOKEN_SECRET`, `X_CONSUMER_KEY`
 * and `X_CONSUMER_SECRET` it is a token of OAuth 1.0a, which does not expire.
 */
export const xDmSetup: ProviderSetup = {
  key: 'x_dm',
  channel: 'twitter',
  read: (settings) => {
    const accessToken = settings.optionalSecret('X_ACCESS_TOKEN');
    if (!accessToken) return undefined;
    const baseUrl = settings.url('X_BASE_URL', { protocols: ['http', 'https'], default: 'https://api.x.com' });
    const userId = settings.string('X_USER_ID', { pattern: /^\d{1,20}$/ });
    const accessTokenSecret = settings.optionalSecret('X_ACCESS_TOKEN_SECRET')?.reveal();
    const consumerKey = settings.string('X_CONSUMER_KEY', { default: '' });
    const [consumerSecret = ''] = secretList(settings.optionalSecret('X_CONSUMER_SECRET'));
    if (accessTokenSecret !== undefined && (consumerKey === '' || consumerSecret === ''))
      settings.fault('X_CONSUMER_KEY', 'and X_CONSUMER_SECRET are required beside X_ACCESS_TOKEN_SECRET');
    const oauth1 =
      accessTokenSecret === undefined ? {} : { oauth1: { accessTokenSecret, consumerKey, consumerSecret } };
    return () => ({
      provider: createXDmProvider({ accessToken: accessToken.reveal(), baseUrl, ...oauth1 }),
      defaultSender: { address: userId },
    });
  },
};
