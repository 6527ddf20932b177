import { appSecretOf } from '../secret-list.reader.js';
import { DEFAULT_GRAPH_VERSION, GRAPH_VERSION } from '../meta/graph.provider.js';
import type { ProviderSetup } from '../provider.setup.js';
import { createInstagramProvider } from './instagram.provider.js';

/** `INSTAGRAM_ACCESS_TOKEN`, `_ACCOUNT_ID` (default: whose token it is), `_BASE_URL`, `_APP_SECRET`; `META_API_VERSION`. */
export const instagramSetup: ProviderSetup = {
  key: 'instagram',
  channel: 'instagram',
  read: (settings) => {
    const accessToken = settings.optionalSecret('INSTAGRAM_ACCESS_TOKEN');
    if (!accessToken) return undefined;
    const accountId = settings.string('INSTAGRAM_ACCOUNT_ID', { default: 'me', pattern: /^(me|\d{1,32})$/ });
    const baseUrl = settings.url('INSTAGRAM_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://graph.instagram.com',
    });
    const apiVersion = settings.string('META_API_VERSION', { default: DEFAULT_GRAPH_VERSION, pattern: GRAPH_VERSION });
    // The app that Instagram's login belongs to has a secret of its own.
    const appSecret = appSecretOf(settings.optionalSecret('INSTAGRAM_APP_SECRET'));
    return () => ({
      provider: createInstagramProvider({
        accessToken: accessToken.reveal(),
        accountId,
        baseUrl,
        apiVersion,
        ...appSecret,
      }),
      defaultSender: { address: accountId },
    });
  },
};
