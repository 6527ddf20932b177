import type { ProviderSetup } from '../provider.setup.js';
import { MOST_IN_A_CALL } from './sendgrid.many.js';
import { createSendgridProvider } from './sendgrid.provider.js';

/** `SENDGRID_API_KEY`, `_BASE_URL`, `_FROM_EMAIL`, `_FROM_NAME`, `_LOOKUP` (a paid add-on: nobody has it unless they say so), `_MAX_BATCH`. */
export const sendgridSetup: ProviderSetup = {
  key: 'sendgrid',
  channel: 'email',
  read: (settings) => {
    const apiKey = settings.optionalSecret('SENDGRID_API_KEY');
    if (!apiKey) return undefined;
    const baseUrl = settings.url('SENDGRID_BASE_URL', {
      protocols: ['http', 'https'],
      default: 'https://api.sendgrid.com',
    });
    const defaultSender = {
      address: settings.string('SENDGRID_FROM_EMAIL'),
      name: settings.string('SENDGRID_FROM_NAME', { default: '' }),
    };
    const lookUp = settings.flag('SENDGRID_LOOKUP', { default: false });
    const afterSeconds = settings.int('SENDGRID_LOOKUP_AFTER_SECONDS', { default: 1_800, min: 1, max: 86_400 });
    const activity = lookUp ? { activity: { afterSeconds } } : {};
    const maxBatch = settings.int('SENDGRID_MAX_BATCH', { default: 1, min: 1, max: MOST_IN_A_CALL });
    return () => ({
      provider: createSendgridProvider({ apiKey: apiKey.reveal(), baseUrl, maxBatch, ...activity }),
      defaultSender,
    });
  },
};
