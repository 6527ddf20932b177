import { appSecretOf } from '../secret-list.reader.js';
import { DEFAULT_GRAPH_VERSION, GRAPH_VERSION } from '../meta/graph.provider.js';
import type { ProviderSetup } from '../provider.setup.js';
import { createWhatsappCloudProvider } from './whatsapp-cloud.provider.js';

/** `WHATSAPP_ACCESS_TOKEN`, `_PHONE_NUMBER_ID`, `_BASE_URL`; `META_API_VERSION`, `META_APP_SECRET` (each call then proves it). */
export const whatsappCloudSetup: ProviderSetup = {
  key: 'whatsapp_cloud',
  channel: 'whatsapp',
  read: (settings) => {
    const accessToken = settings.optionalSecret('WHATSAPP_ACCESS_TOKEN');
    if (!accessToken) return undefined;
    const phoneNumberId = settings.string('WHATSAPP_PHONE_NUMBER_ID', { pattern: /^\d{1,32}$/ });
    const baseUrl = settings.url('WHATSAPP_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://graph.facebook.com',
    });
    const apiVersion = settings.string('META_API_VERSION', { default: DEFAULT_GRAPH_VERSION, pattern: GRAPH_VERSION });
    const appSecret = appSecretOf(settings.optionalSecret('META_APP_SECRET'));
    return () => ({
      provider: createWhatsappCloudProvider({
        accessToken: accessToken.reveal(),
        phoneNumberId,
        baseUrl,
        apiVersion,
        ...appSecret,
      }),
      defaultSender: { address: phoneNumberId },
    });
  },
};
