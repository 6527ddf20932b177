import { appSecretOf } from '../secret-list.reader.js';
import { DEFAULT_GRAPH_VERSION, GRAPH_VERSION } from '../meta/graph.provider.js';
import type { ProviderSetup } from '../provider.setup.js';
import { createMessengerProvider } from './messenger.provider.js';

/** `MESSENGER_PAGE_TOKEN`, `_PAGE_ID`, `_BASE_URL`; `META_API_VERSION`, `META_APP_SECRET` (each call then proves it). */
export const messengerSetup: ProviderSetup = {
  key: 'messenger',
  channel: 'facebook',
  read: (settings) => {
    const accessToken = settings.optionalSecret('MESSENGER_PAGE_TOKEN');
    if (!accessToken) return undefined;
    const pageId = settings.string('MESSENGER_PAGE_ID', { pattern: /^\d{1,32}$/ });
    const baseUrl = settings.url('MESSENGER_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://graph.facebook.com',
    });
    const apiVersion = settings.string('META_API_VERSION', { default: DEFAULT_GRAPH_VERSION, pattern: GRAPH_VERSION });
    const appSecret = appSecretOf(settings.optionalSecret('META_APP_SECRET'));
    return () => ({
      provider: createMessengerProvider({
        accessToken: accessToken.reveal(),
        pageId,
        baseUrl,
        apiVersion,
        ...appSecret,
      }),
      defaultSender: { address: pageId },
    });
  },
};
